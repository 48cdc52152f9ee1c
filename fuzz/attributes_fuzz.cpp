// Any words as an op with attributes and as claims, as the command line takes them: one word a line, the op first.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spec/graph/catalogue.h"
#include "spec/lang/check.h"
#include "spec/lang/claims.h"

namespace {

using namespace plumbline::spec;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  for (char c : text)
    if (c == '\n') lines.emplace_back();
    else lines.back() += c;
  return lines;
}

Attributes attributes_from(const std::vector<std::string>& words, std::size_t first) {
  Attributes attributes;
  for (std::size_t i = first; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals != std::string::npos) attributes.push_back({words[i].substr(0, equals), words[i].substr(equals + 1)});
  }
  return attributes;
}

// What an op prints reads back to an equal op.
void read_op(const std::vector<std::string>& words) {
  static const Catalogue catalogue = Catalogue::builtin();
  const auto op = catalogue.parse(words[0], attributes_from(words, 1));
  if (!op) return;
  const auto again = catalogue.parse(words[0], (*op)->attributes());
  plumbline::check(again && *again == *op, "what an op prints reads back");
}

// What claims print reads back to equal claims.
void read_claims(const std::vector<std::string>& words) {
  Claims claims;
  for (const Attribute& word : attributes_from(words, 0)) {
    const Claims before = claims;
    if (!set_claim(claims, word.name, word.value)) plumbline::check(claims == before, "a refusal changes nothing");
  }
  Claims again;
  std::string printed = print_claims(claims);
  for (char& c : printed)
    if (c == ' ') c = '\n';
  for (const Attribute& word : attributes_from(lines_of(printed), 0))
    plumbline::check(set_claim(again, word.name, word.value).has_value(), "claims print what set_claim reads");
  plumbline::check(again == claims, "what claims print reads back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto words = lines_of({reinterpret_cast<const char*>(bytes), size});
  read_op(words);
  read_claims(words);
  return 0;
}
