// Attributes as text.
#include "spec/lang/attributes.h"

#include <algorithm>
#include <array>

namespace plumbline::spec {

namespace {

template <class T>
std::string print_number(T value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

template <class T>
Result<void> parse_number(std::string_view text, T& value, std::string_view what) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T parsed{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error == std::errc::result_out_of_range) return fail("found ", text, ", which is out of range for ", what);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    return fail("found '", text, "', expected ", what);
  value = parsed;
  return {};
}

Index edit_distance(std::string_view a, std::string_view b) {
  std::vector<Index> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<Index>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Index diagonal = std::exchange(row[0], static_cast<Index>(i));
    for (std::size_t j = 1; j <= b.size(); ++j)
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])}));
  }
  return row[b.size()];
}

}  // namespace

std::string print_value(bool value) { return value ? "true" : "false"; }
std::string print_value(Index value) { return print_number(value); }
std::string print_value(std::uint64_t value) { return print_number(value); }
std::string print_value(double value) { return print_number(value); }
std::string print_value(const std::string& value) { return value; }
std::string print_value(const Axes& value) {
  std::string text = "[";
  for (std::size_t i = 0; i < value.size(); ++i) text += (i ? "," : "") + print_value(value[i]);
  return text + "]";
}

Result<void> parse_value(std::string_view text, bool& value) {
  if (text != "true" && text != "false") return fail("found '", text, "', expected true or false");
  value = text == "true";
  return {};
}
Result<void> parse_value(std::string_view text, Index& value) { return parse_number(text, value, "an integer"); }
Result<void> parse_value(std::string_view text, std::uint64_t& value) {
  return parse_number(text, value, "a non-negative integer");
}
Result<void> parse_value(std::string_view text, double& value) { return parse_number(text, value, "a number"); }
Result<void> parse_value(std::string_view text, std::string& value) {
  const bool word = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == ':' || c == '/' || c == ',' || c == '>';
  });
  if (!word) return fail("found '", text, "', expected a word");
  value = text;
  return {};
}
Result<void> parse_value(std::string_view text, Axes& value) {
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  std::string_view rest = bracketed ? text.substr(1, text.size() - 2) : text;
  Axes parsed;
  while (bracketed ? !rest.empty() : parsed.empty()) {
    const std::size_t comma = bracketed ? rest.find(',') : std::string_view::npos;
    std::string_view entry = rest.substr(0, comma);
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    while (entry.ends_with(' ')) entry.remove_suffix(1);
    Index number = 0;
    if (!parse_value(entry, number)) return fail("found '", text, "', expected a list of integers such as [0,2]");
    parsed.push_back(number);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
    if (rest.empty()) return fail("found '", text, "', expected a list of integers such as [0,2]");
  }
  value = std::move(parsed);
  return {};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  std::vector<std::pair<Index, std::string>> near;
  for (const std::string& k : known) {
    const Index distance = edit_distance(word, k);
    const bool contained = k.size() >= 3 && word.size() >= 3 &&
                           (k.find(word) != std::string::npos || word.find(k) != std::string_view::npos);
    if (distance <= std::max<Index>(2, static_cast<Index>(word.size()) / 3) || contained)
      near.emplace_back(distance, k);
  }
  std::sort(near.begin(), near.end());
  std::string text;
  for (std::size_t i = 0; i < near.size() && i < 3; ++i) text += (i ? ", " : "; did you mean ") + near[i].second;
  return text.empty() ? text : text + "?";
}

namespace {

// What PyTorch, NumPy, ONNX and others call one attribute.
const std::vector<std::vector<std::string_view>>& names_of_one() {
  static const std::vector<std::vector<std::string_view>> all{
      {"axis", "axes", "dim", "dims"}, {"axis1", "dim1"}, {"axis2", "dim2"}, {"dim0", "axis0"}, {"dim1", "axis1"},
      {"keepdim", "keepdims", "keep_dims"},
      {"kernel", "kernel_size", "kernel_shape", "ksize", "pool_size"},
      {"stride", "strides"}, {"padding", "pads", "pad", "pad_width"}, {"dilation", "dilations"}, {"groups", "group"},
      {"eps", "epsilon"}, {"negative_slope", "alpha", "slope"}, {"alpha", "negative_slope"},
      {"p", "ord", "norm_type", "dropout", "drop_prob", "ratio"}, {"norm_type", "p", "ord"}, {"exponent", "power", "p"},
      {"num_groups", "groups", "group"}, {"correction", "ddof", "unbiased"},
      {"normalized_shape", "axis", "axes", "dim"}, {"start", "start_dim", "start_axis", "offset", "start_pos"},
      {"stop", "end"}, {"end", "end_dim", "end_axis", "stop"}, {"shift", "shifts"},
      {"reps", "repeats"}, {"repeats", "reps"}, {"num_classes", "depth"}, {"sections", "chunks"},
      {"min", "min_val", "a_min", "lo"}, {"max", "max_val", "a_max", "hi"}, {"min_val", "min"}, {"max_val", "max"},
      {"value", "fill_value", "constant_values"}, {"diagonal", "k", "offset"}, {"offset", "diagonal", "k"},
      {"size", "output_size", "scale_factor"}, {"output_size", "size"}, {"is_causal", "causal"}, {"training", "train"},
      {"equation", "subscripts"}, {"decimals", "digits"}, {"upscale_factor", "blocksize"}, {"base", "theta"},
      {"lr", "learning_rate"}, {"weight_decay", "wd"}, {"max_norm", "clip_norm"}, {"beta1", "betas"}};
  return all;
}

// The name among `known` that another framework's `word` stands for; empty where there is none.
std::string our_name(std::string_view word, const std::vector<std::string>& known) {
  for (const auto& names : names_of_one())
    if (std::find(names.begin(), names.end(), word) != names.end())
      for (const std::string& k : known)
        if (std::find(names.begin(), names.end(), k) != names.end()) return k;
  return {};
}

}  // namespace

Attributes print_fields(const Fields& fields) {
  Attributes out;
  for (const Field& field : fields)
    std::visit([&](const auto* value) { out.push_back({field.name, print_value(*value)}); }, field.value);
  return out;
}

Result<void> set_field(std::string_view definition, const Fields& fields, std::string_view name,
                       std::string_view text) {
  std::vector<std::string> known;
  for (const Field& field : fields) {
    if (name != field.name) {
      known.push_back(field.name);
      continue;
    }
    const auto set = std::visit([&](auto* value) { return parse_value(text, *value); }, field.value);
    if (!set) return fail("[", definition, "] attribute ", name, ": ", set.error().what());
    return {};
  }
  const std::string ours = our_name(name, known);
  return fail("[", definition, "] unknown attribute ", name,
              ours.empty() ? did_you_mean(name, known) : concat("; did you mean ", ours, "?"));
}

}  // namespace plumbline::spec
