// Floats as hexadecimal text.
#include "crosscheck/audit/hex.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace plumbline::crosscheck {

std::string hex(double x) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x < 0 ? "-inf" : "inf";
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), std::abs(x), std::chars_format::hex).ptr;
  return (std::signbit(x) ? "-0x" : "0x") + std::string(digits.data(), end);
}

std::optional<double> parse_hex(std::string_view text) {
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  const bool negative = text.starts_with('-');
  std::string_view rest = text.substr(negative ? 1 : 0);
  double x = std::numeric_limits<double>::infinity();
  if (rest != "inf") {
    if (!rest.starts_with("0x")) return std::nullopt;
    rest.remove_prefix(2);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), x, std::chars_format::hex);
    if (error != std::errc{} || end != rest.data() + rest.size() || rest.starts_with('-')) return std::nullopt;
  }
  return negative ? -x : x;
}

}  // namespace plumbline::crosscheck
