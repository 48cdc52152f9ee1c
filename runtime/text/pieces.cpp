// Cutting text.
#include "runtime/text/pieces.h"

#include <algorithm>

#include "runtime/io/text.h"

namespace plumbline::runtime::text {

namespace {

enum class Kind { letter, digit, blank, sign };

Kind kind_of(char c) {
  if (c == ' ' || (c >= '\t' && c <= '\r')) return Kind::blank;
  if (c >= '0' && c <= '9') return Kind::digit;
  const char lower = static_cast<char>(c | 32);
  return (lower >= 'a' && lower <= 'z') || static_cast<unsigned char>(c) >= 128 ? Kind::letter : Kind::sign;
}

// How far a run of bytes that `same` accepts reaches from the front.
template <class Same>
std::size_t run(std::string_view text, Same&& same) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), same) - text.begin());
}

template <class Length>
std::vector<std::string_view> cut(std::string_view text, Length&& length) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t n = length(text);
    out.push_back(text.substr(0, n));
    text.remove_prefix(n);
  }
  return out;
}

}  // namespace

std::vector<std::string_view> characters(std::string_view text) {
  return cut(text, [](std::string_view rest) { return std::max<std::size_t>(1, io::utf8_sequence(rest)); });
}

std::vector<std::string_view> words(std::string_view text) {
  return cut(text, [](std::string_view rest) -> std::size_t {
    const auto is_word = [](char c) { return kind_of(c) == Kind::letter || kind_of(c) == Kind::digit; };
    if (is_word(rest[0])) return run(rest, is_word);
    if (kind_of(rest[0]) == Kind::blank) return run(rest, [](char c) { return kind_of(c) == Kind::blank; });
    return 1;
  });
}

std::vector<std::string_view> chunks(std::string_view text, std::size_t most) {
  return cut(text, [&](std::string_view rest) {
    rest = rest.substr(0, most);
    const std::size_t lead = rest[0] == ' ' && rest.size() > 1 && kind_of(rest[1]) != Kind::blank ? 1 : 0;
    const Kind kind = kind_of(rest[lead]);
    return lead + run(rest.substr(lead), [&](char c) { return kind_of(c) == kind; });
  });
}

}  // namespace plumbline::runtime::text
