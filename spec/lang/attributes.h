// Attributes of an op as text. They are plain fields, described once with Boost.Describe.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "spec/lang/result.h"
#include "spec/lang/shape.h"

namespace plumbline::spec {

struct Attribute {
  std::string name, value;
  bool operator==(const Attribute&) const = default;
};
using Attributes = std::vector<Attribute>;

// `2`, `0.1`, `true`, `tanh`, `[0,2]`: the shortest text that reads back to the same value.
std::string print_value(bool value);
std::string print_value(Index value);
std::string print_value(std::uint64_t value);
std::string print_value(double value);
std::string print_value(const std::string& value);
std::string print_value(const Axes& value);

// The whole text must be consumed; the error says what was expected. A single number is a list of one entry.
Result<void> parse_value(std::string_view text, bool& value);
Result<void> parse_value(std::string_view text, Index& value);
Result<void> parse_value(std::string_view text, std::uint64_t& value);
Result<void> parse_value(std::string_view text, double& value);
Result<void> parse_value(std::string_view text, std::string& value);
Result<void> parse_value(std::string_view text, Axes& value);

// The names in `known` that are nearest to `word`, for an error message: `; did you mean a, b?`, or empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

template <class O>
using Described = boost::describe::describe_members<O, boost::describe::mod_public>;

// The name by which people know a field. An op may say `static constexpr Aliases<1> aliases{{{"dims", "shape"}}};`
// where the field cannot bear that name itself.
struct Alias {
  std::string_view field, name;
};
template <std::size_t n>
using Aliases = std::array<Alias, n>;

template <class O>
std::string attribute_name(std::string_view field) {
  if constexpr (requires { O::aliases; })
    for (const Alias& alias : O::aliases)
      if (alias.field == field) return std::string(alias.name);
  return std::string(field);
}

// The words that a text attribute takes. An op declares them in order, the default one first:
// `static constexpr std::array<Words, 1> words{{{"approximate", {"none", "tanh"}}}};`
struct Words {
  static constexpr std::size_t most = 6;
  std::string_view field;
  std::array<std::string_view, most> values{};  // empty from the last one on

  std::vector<std::string_view> list() const {
    std::vector<std::string_view> out;
    for (std::string_view word : values)
      if (!word.empty()) out.push_back(word);
    return out;
  }
};

template <class O>
std::vector<Words> words_of() {
  if constexpr (requires { O::words; }) return {O::words.begin(), O::words.end()};
  else return {};
}

// A field of a definition, without the definition's type.
struct Field {
  std::string name;
  std::variant<bool*, Index*, std::uint64_t*, double*, std::string*, Axes*> value;
};
using Fields = std::vector<Field>;

template <class O>
Fields fields_of(O& op) {
  Fields out;
  boost::mp11::mp_for_each<Described<O>>(
      [&](auto d) { out.push_back({attribute_name<O>(d.name), &(op.*d.pointer)}); });
  return out;
}

Attributes print_fields(const Fields& fields);
Result<void> set_field(std::string_view definition, const Fields& fields, std::string_view name, std::string_view text);

template <class O>
Attributes attributes_of(O op) {
  return print_fields(fields_of(op));
}

// Sets one attribute of an op from text; `[softmax] unknown attribute axs; did you mean axis?`
template <class O>
Result<void> set_attribute(O& op, std::string_view name, std::string_view text) {
  return set_field(O::name, fields_of(op), name, text);
}

}  // namespace plumbline::spec
