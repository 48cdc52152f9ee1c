// Reading the arguments of eval and check.
#include "crosscheck/cli/arguments.h"

#include <algorithm>
#include <cmath>

#include "crosscheck/audit/text_file.h"
#include "crosscheck/cli/formulas.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/models/graph_file.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::NodeId;

// The text of the largest graph that is read: a few million nodes.
constexpr std::size_t longest_graph_text = std::size_t{1} << 28;

double parse_number(const std::string& place, const std::string& text) {
  double value = 0;
  if (const auto ok = spec::parse_value(text, value); !ok) refuse(place, ": ", ok.error().what());
  return value;
}

std::uint64_t parse_count(const std::string& place, const std::string& text, std::uint64_t least) {
  std::uint64_t value = 0;
  const auto ok = spec::parse_value(text, value);
  if (!ok && text.find_first_not_of("0123456789") == std::string::npos && !text.empty())
    refuse(place, ": ", ok.error().what());
  if (!ok || value < least)
    refuse(place, ": found '", text, "', expected ",
           least == 0 ? "a non-negative integer" : spec::concat("an integer of at least ", least));
  return value;
}

double parse_seconds(const std::string& place, const std::string& text) {
  const std::size_t digits = text.find_first_not_of("0123456789.");
  const std::string unit = digits == std::string::npos ? "s" : text.substr(digits);
  const double scale = unit == "ms" ? 0.001 : unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  double value = 0;
  if (scale == 0 || !spec::parse_value(text.substr(0, digits), value) || !(value > 0) || !std::isfinite(value * scale))
    refuse(place, ": found '", text, "', expected a time such as 60s, 2m or 1h");
  return value * scale;
}

std::string parse_word(const std::string& place, const std::string& text, const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& w : words) {
    if (w == text) return text;
    list += (list.empty() ? "" : ", ") + w;
  }
  refuse(place, ": found '", text, "', expected one of ", list, spec::did_you_mean(text, words));
}

namespace {

// `axis=-1` is an attribute; `./x=1.npy` and `a/b=c.npy` are files.
bool is_setting(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  for (std::size_t i = 0; i < equals; ++i)
    if (!std::isalnum(static_cast<unsigned char>(word[i])) && word[i] != '_') return false;
  return true;
}

spec::Attribute split_setting(const std::string& word) {
  const std::size_t equals = word.find('=');
  return {word.substr(0, equals), word.substr(equals + 1)};
}

void add_once(spec::Attributes& all, spec::Attribute one, std::string_view what) {
  for (const spec::Attribute& a : all)
    if (a.name == one.name)
      refuse(what, one.name, ": found it twice, ", a.name, '=', a.value, " and ", one.name, '=', one.value,
             ", expected it once");
  all.push_back(std::move(one));
}

}  // namespace

OpWords split_words(const std::vector<std::string>& words) {
  OpWords out;
  for (const std::string& word : words) {
    if (is_setting(word)) {
      add_once(out.attributes, split_setting(word), "attribute ");
    } else if (out.op.empty()) {
      out.op = word;
    } else {
      out.files.push_back(word);
    }
  }
  if (out.op.empty()) refuse("command line: found no op, expected one; `crosscheck list ops` names them");
  return out;
}

Sixteen ClaimWords::sixteen() const {
  for (const spec::Attribute& w : words)
    if (const auto f = spec::format_named(w.value); f && *f == spec::bfloat16) return Sixteen::bfloat16;
  return Sixteen::refuse;
}

spec::Claims ClaimWords::claims(const std::optional<spec::Format>& got) const {
  spec::Claims claims;
  const bool claimed = std::any_of(words.begin(), words.end(), [](const auto& w) { return w.name == "format"; });
  if (got && !claimed) checked(spec::set_claim(claims, "format", got->name));
  for (const spec::Attribute& w : words)
    if (const auto set = spec::set_claim(claims, w.name, w.value); !set)
      refuse("--claim ", w.name, "=", w.value, ": ", set.error().what());
  return claims;
}

ClaimWords split_claims(const std::vector<std::string>& words) {
  ClaimWords out;
  for (const std::string& word : words) {
    if (!is_setting(word)) refuse("--claim: found '", word, "', expected name=value such as format=bf16 or order=tree");
    add_once(out.words, split_setting(word), "--claim ");
  }
  out.claims(std::nullopt);
  return out;
}

ClaimsOf claims_on(const spec::Graph& graph, const spec::Claims& claims) {
  std::optional<std::string> refusal;
  bool known = claims.method.empty();
  for (const spec::Node& node : graph.nodes()) {
    if (!node.op) continue;
    const auto has = spec::check_method(node.op, claims.method);
    known |= has.has_value();
    if (!has && !refusal) refusal = has.error().what();
  }
  if (!known && refusal) refuse("--claim method=", claims.method, ": ", *refusal);
  return [&graph, claims](NodeId id) {
    spec::Claims c = claims;
    if (const spec::Op& op = graph.node(id).op; !op || !spec::check_method(op, c.method)) c.method.clear();
    return c;
  };
}

namespace {

spec::Graph load_graph(const spec::Catalogue& catalogue, const OpWords& words) {
  if (words.files.empty()) refuse("graph: found no file, expected a graph's text form");
  if (!words.attributes.empty())
    refuse("graph: found attribute ", words.attributes.front().name, ", expected none outside the file");
  const std::string text = checked(read_text(words.files.front(), longest_graph_text));
  spec::Graph graph = checked(spec::parse_graph(text, catalogue, words.files.front()));
  if (graph.outputs().size() != 1)
    refuse(words.files.front(), ": outputs: found ", graph.outputs().size(), ", expected one");
  return graph;
}

}  // namespace

namespace {

// The narrowest format that holds the numbers of both.
spec::Format wider(const std::optional<spec::Format>& a, const spec::Format& b) {
  if (!a || *a == b) return b;
  return *a == spec::binary64 || b == spec::binary64 ? spec::binary64 : spec::binary32;
}

}  // namespace

OnFiles load_inputs(const spec::Catalogue& catalogue, const OpWords& words, Sixteen sixteen) {
  OnFiles out;
  out.name = words.op;
  const bool is_graph = words.op == "graph";
  if (is_graph) out.graph = load_graph(catalogue, words);
  if (!is_graph && catalogue.find(words.op) == nullptr) {
    std::vector<std::string> known = formula_names();
    for (const spec::OpEntry* entry : catalogue.entries()) known.emplace_back(entry->name);
    refuse("unknown op ", words.op.empty() ? "''" : words.op, spec::did_you_mean(words.op, known));
  }
  const spec::Op op = is_graph ? spec::Op() : checked(catalogue.parse(words.op, words.attributes));
  spec::Shapes shapes;
  std::optional<spec::Format> format;
  for (std::size_t i = is_graph ? 1 : 0; i < words.files.size(); ++i) {
    Array array = checked(read_npy(words.files[i], sixteen));
    if (const auto own = format_of(array.dtype)) format = wider(format, *own);
    out.data.push_back(std::move(array.values));
    shapes.push_back(out.data.back().shape());
  }
  if (format) out.format = *format;
  if (!is_graph) out.graph = checked(spec::graph_of(op, shapes));
  checked(check_sizes(out.graph, words.op, most_file_elements));
  checked(spec::check_data(out.graph, out.data));
  return out;
}

Array load_shaped(const std::string& path, const spec::Shape& shape, std::string_view what, Sixteen sixteen) {
  Array array = checked(read_npy(path, sixteen));
  if (array.values.shape() != shape)
    refuse(path, ": shape: found ", array.values.shape(), ", expected ", shape, " for ", what);
  return array;
}

}  // namespace plumbline::crosscheck
