// Nonnegative double arithmetic whose results are never below the real ones, in round-to-nearest [upward B1].
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace plumbline::spec::upward {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double tiny = std::numeric_limits<double>::denorm_min();  // 2^-1074
inline constexpr double wider = 1 + 0x1p-52, narrower = 1 - 0x1p-52;

// 2^e, exact for −1074 ≤ e ≤ 1023; 0 below and +inf above.
inline double power_of_two(int e) {
  if (e > 1023) return infinity;
  if (e >= -1022) return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52);
  return e < -1074 ? 0.0 : std::bit_cast<double>(std::uint64_t{1} << (e + 1074));
}

// a + b, a·b, a/b, √a for a, b ≥ 0, rounded up. An infinite or undefined result is +inf.
inline double add(double a, double b) { return (a + b) * wider; }
template <class... Rest>
double add(double a, double b, Rest... rest) {
  return add(add(a, b), rest...);
}
inline double mul(double a, double b) {
  const double t = a * b;
  if (!(t < infinity)) return infinity;
  return a == 0 || b == 0 ? 0 : t * wider + tiny;
}
inline double div(double a, double b) {
  const double t = a / b;
  if (!(t < infinity)) return infinity;
  return a == 0 ? 0 : t * wider + tiny;
}
inline double root(double a) { return a == 0 ? 0 : std::sqrt(a) * wider; }
inline double hypot(double a, double b) {  // √(a² + b²)
  if (a == 0 || b == 0) return a + b;
  const double big = a > b ? a : b, small = a > b ? b : a, q = div(small, big);
  if (!(big < infinity)) return infinity;
  return mul(big, root(add(1.0, mul(q, q))));
}
// a − b rounded up and down, for any finite signs.
inline double raised(double t) { return t > 0 ? t * wider : t * narrower; }
inline double lowered(double t) { return t > 0 ? t * narrower : t * wider; }
inline double sub(double a, double b) { return raised(a - b); }
inline double sub_down(double a, double b) { return lowered(a - b); }
// a·b and a/b for a, b ≥ 0, rounded down, never below 0.
inline double mul_down(double a, double b) {
  const double t = a * b * narrower - tiny;
  return t > 0 ? t : 0;
}
inline double div_down(double a, double b) {
  const double t = a / b * narrower - tiny;
  return t > 0 ? t : 0;
}

}  // namespace plumbline::spec::upward
