// Any bytes as a tokenizer, and as text: a clear refusal, or a tokenizer that gives back what it read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/text/tokenizer.h"
#include "spec/lang/check.h"

using namespace plumbline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto tokenizer = runtime::text::parse_tokenizer(text, "fuzz.json");
  if (!tokenizer) {
    check(std::string_view(tokenizer.error().what()).starts_with("fuzz.json: "), "a refusal names the file");
  } else {
    const auto again = runtime::text::parse_tokenizer((*tokenizer)->to_json(), "again.json");
    check(again && (*again)->to_json() == (*tokenizer)->to_json(), "what is written reads back");
    const auto tokens = (*tokenizer)->encode(text);
    check(!tokens || (*tokenizer)->decode(*tokens), "ids in range");
  }
  const auto learned = runtime::text::BytePairTokenizer::train(text.substr(0, 2000), 300);
  check(learned.has_value(), "any text can be learned from");
  check(*learned->decode(*learned->encode(text)) == text, "any text is given back");
  return 0;
}
