// expm1 exp2 log1p log2 cbrt atan sin cos tan: in float32 by polynomials in double, rounded once; in float64 glibc's.
#pragma once

#include "runtime/cpu/math.h"

// Free of branches and calls, so that loops over them become vector code. What the polynomials leave out and what the
// double operations round is below 2^-34 of the result, so that the errors are next to those of correct rounding;
// `function_ulps` sweeps all 2^32 arguments. Series of Taylor, or Chebyshev interpolation where noted.
namespace plumbline::runtime::math {

// Largest errors, rounded up.
inline constexpr double expm1_ulps = 0.501, exp2_ulps = 0.501, log1p_ulps = 0.501, log2_ulps = 0.501,
                        cbrt_ulps = 0.501, atan_ulps = 0.501, sin_ulps = 0.501, cos_ulps = 0.501,
                        tan_ulps = 0.501;

namespace wide {

inline constexpr double shift = 0x1.8p+52;  // adding it rounds to the nearest integer, in the low bits
inline constexpr double ln2 = 0x1.62e42fefa39efp-1, half_pi = 0x1.921fb54442d18p+0;

struct Rounded {
  double value;
  std::int64_t integer;
};
inline Rounded nearest(double x) {
  const double shifted = x + shift;
  return {shifted - shift, std::bit_cast<std::int64_t>(shifted) - std::bit_cast<std::int64_t>(shift)};
}
inline double power_of_two(std::int64_t k) {
  return std::bit_cast<double>((static_cast<std::uint64_t>(k) + 1023u) << 52);
}

// e^r − 1 for |r| ≤ ln 2 / 2
inline double expm1_small(double r) {
  double q = 1.0 / 362880;
  q = fma(q, r, 1.0 / 40320);
  q = fma(q, r, 1.0 / 5040);
  q = fma(q, r, 1.0 / 720);
  q = fma(q, r, 1.0 / 120);
  q = fma(q, r, 1.0 / 24);
  q = fma(q, r, 1.0 / 6);
  q = fma(q, r, 0.5);
  return fma(r * r, q, r);
}

// ln u = e ln 2 + ln m with √½ ≤ m < √2, ln m = 2 artanh s with s = (m − 1)/(m + 1); u normal, 0, ∞ or NaN.
inline double log(double u) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(u), root_half = 0x3fe6a09e667f3bcd;
  const std::int64_t e = static_cast<std::int64_t>(bits - root_half) >> 52;
  const double m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(e) << 52)), f = m - 1;
  const double s = f / (f + 2), z = s * s;
  double p = 1.0 / 13;
  p = fma(p, z, 1.0 / 11);
  p = fma(p, z, 1.0 / 9);
  p = fma(p, z, 1.0 / 7);
  p = fma(p, z, 1.0 / 5);
  p = fma(p, z, 1.0 / 3);
  double y = fma(static_cast<double>(e), ln2, fma(2 * s * z, p, 2 * s));
  y = u == 0 ? -std::numeric_limits<double>::infinity() : y;
  y = u < 0 ? std::numeric_limits<double>::quiet_NaN() : y;
  return u < std::numeric_limits<double>::infinity() ? y : u;
}

// arctan x, by arctan q for |q| ≤ tan π/8 and the angle that is taken off: q = −1/t and (t − 1)/(t + 1). The
// polynomial interpolates arctan(√z)/√z at the Chebyshev nodes of [0, 0.1717], relative error below 2^-40.
inline double atan(double x) {
  const double t = abs(x);
  const bool beyond = t > 2.414213562373095, middle = t > 0.41421356237309503;
  const double top = beyond ? -1 : middle ? t - 1 : t, bottom = beyond ? t : middle ? t + 1 : 1;
  const double taken = beyond ? half_pi : middle ? half_pi / 2 : 0, q = top / bottom, z = q * q;
  double p = -0x1.3458e87453b94p-5;
  p = fma(p, z, 0x1.1da0eee52eaf6p-4);
  p = fma(p, z, -0x1.7053d2652a76cp-4);
  p = fma(p, z, 0x1.c6cbf9fdd5f81p-4);
  p = fma(p, z, -0x1.24908fcf30af2p-3);
  p = fma(p, z, 0x1.9999903d2629dp-3);
  p = fma(p, z, -0x1.5555554b9878ap-2);
  p = fma(p, z, 0x1.fffffffffe548p-1);
  return copysign(fma(p, q, taken), x);
}

// x = n π/2 + r, |r| ≤ π/4, n mod 4 in the low bits of `turns`.
struct Quadrant {
  double r;
  std::int64_t turns;
};
// For |x| ≤ 2^40: n π/2 is taken off in two parts, the first without rounding, so that r is good to 2^-53 |r| + 2^-67,
// and no float in this range comes closer than 2^-31 to a multiple of π/2 but 0.
inline Quadrant quadrant(double x) {
  const Rounded n = nearest(x * 0x1.45f306dc9c883p-1);
  return {fma(-n.value, 0x1.1a62633145c07p-54, fma(-n.value, half_pi, x)), n.integer};
}
inline constexpr float most_reduced = 0x1p40f;

// For larger floats x = m 2^e: m times 128 bits of 2/π, from the one on that counts a half turn (Payne, Hanek 1983).
inline Quadrant huge_quadrant(float x) {
  static constexpr std::uint64_t two_over_pi[] = {0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041,
                                                  0xfe5163abdebbc561, 0xb7246e3a424dd2e0};
  using Wide = unsigned __int128;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x) & 0x7fffffffu;
  if (bits >= 0x7f800000u) return {std::numeric_limits<double>::quiet_NaN(), 0};
  const std::uint32_t first = (bits >> 23) - 150 - 2, word = first / 64, offset = first % 64;  // before: full turns
  const auto at = [&](std::uint32_t i) {
    const std::uint64_t high = two_over_pi[word + i] << offset;
    return offset == 0 ? high : high | two_over_pi[word + i + 1] >> (64 - offset);
  };
  const Wide window = Wide{at(0)} << 64 | at(1), turns = window * ((bits & 0x7fffffu) | 0x800000u);
  const Wide quarter = (turns + (Wide{1} << 125)) >> 126;
  const double rest = static_cast<double>(static_cast<__int128>(turns - (quarter << 126)));
  const double r = rest * (0x1p-126 * half_pi);
  const auto n = static_cast<std::int64_t>(quarter);
  return x < 0 ? Quadrant{-r, -n} : Quadrant{r, n};
}

// sin r and cos r for |r| ≤ π/4
inline double sin_small(double r) {
  const double z = r * r;
  double p = -1.0 / 39916800;
  p = fma(p, z, 1.0 / 362880);
  p = fma(p, z, -1.0 / 5040);
  p = fma(p, z, 1.0 / 120);
  p = fma(p, z, -1.0 / 6);
  return fma(r * z, p, r);
}
inline double cos_small(double r) {
  const double z = r * r;
  double p = 1.0 / 479001600;
  p = fma(p, z, -1.0 / 3628800);
  p = fma(p, z, 1.0 / 40320);
  p = fma(p, z, -1.0 / 720);
  p = fma(p, z, 1.0 / 24);
  p = fma(p, z, -0.5);
  return fma(z, p, 1);
}
// sin of r plus n quarter turns
inline double sin_of(double r, std::int64_t n) {
  const double y = (n & 1) != 0 ? cos_small(r) : sin_small(r);
  return (n & 2) != 0 ? -y : y;
}
inline double tan_of(double r, std::int64_t n) {
  const double s = sin_small(r), c = cos_small(r);
  return (n & 1) != 0 ? -c / s : s / c;
}

}  // namespace wide

// e^x − 1 = (2^k − 1) + 2^k (e^r − 1)
inline float expm1(float x) {
  float c = x > 89.0f ? 89.0f : x;
  c = c < -40.0f ? -40.0f : c;
  const double t = c;
  const auto [n, k] = wide::nearest(t * 0x1.71547652b82fep+0);
  const double s = wide::power_of_two(k);
  return static_cast<float>(fma(s, wide::expm1_small(fma(-n, wide::ln2, t)), s - 1));
}
inline float exp2(float x) {
  float c = x > 129.0f ? 129.0f : x;
  c = c < -152.0f ? -152.0f : c;
  const double t = c;
  const auto [n, k] = wide::nearest(t);
  return static_cast<float>(wide::power_of_two(k) * (1 + wide::expm1_small((t - n) * wide::ln2)));
}
// ln u + (1 + x − u)/u with u next to 1 + x
inline float log1p(float x) {
  const double t = x, u = 1 + t, rest = (t - (u - 1)) / u;
  const double y = wide::log(u) + (u > 0 && u < 0x1p60 ? rest : 0);
  return static_cast<float>(y);
}
inline float log2(float x) { return static_cast<float>(wide::log(x) * 0x1.71547652b82fep+0); }

// A third of the exponent, then two steps of Halley's method, from 2^-5 to 2^-40.
inline float cbrt(float x) {
  const double a = abs(static_cast<double>(x));
  const auto high = static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(a) >> 32);
  double t = std::bit_cast<double>(static_cast<std::uint64_t>(high / 3 + 715094163u) << 32);
  for (int step = 0; step < 2; ++step) {
    const double cube = t * t * t;
    t *= (cube + 2 * a) / (2 * cube + a);
  }
  const double y = a > 0 && a < std::numeric_limits<double>::infinity() ? t : a;
  return static_cast<float>(copysign(y, static_cast<double>(x)));
}
inline float atan(float x) { return static_cast<float>(wide::atan(x)); }

// For |x| ≤ wide::most_reduced, or NaN; and for all.
inline float sin_moderate(float x) {
  const auto [r, n] = wide::quadrant(x);
  return static_cast<float>(wide::sin_of(r, n));
}
inline float cos_moderate(float x) {
  const auto [r, n] = wide::quadrant(x);
  return static_cast<float>(wide::sin_of(r, n + 1));
}
inline float tan_moderate(float x) {
  const auto [r, n] = wide::quadrant(x);
  return static_cast<float>(wide::tan_of(r, n));
}
inline float sin(float x) {
  if (!(abs(x) > wide::most_reduced)) return sin_moderate(x);
  const auto [r, n] = wide::huge_quadrant(x);
  return static_cast<float>(wide::sin_of(r, n));
}
inline float cos(float x) {
  if (!(abs(x) > wide::most_reduced)) return cos_moderate(x);
  const auto [r, n] = wide::huge_quadrant(x);
  return static_cast<float>(wide::sin_of(r, n + 1));
}
inline float tan(float x) {
  if (!(abs(x) > wide::most_reduced)) return tan_moderate(x);
  const auto [r, n] = wide::huge_quadrant(x);
  return static_cast<float>(wide::tan_of(r, n));
}

// glibc's functions, whose ulps in_float64 claims.
inline double expm1(double x) { return std::expm1(x); }
inline double exp2(double x) { return std::exp2(x); }
inline double log1p(double x) { return std::log1p(x); }
inline double log2(double x) { return std::log2(x); }
inline double cbrt(double x) { return std::cbrt(x); }
inline double atan(double x) { return std::atan(x); }
inline double sin(double x) { return std::sin(x); }
inline double cos(double x) { return std::cos(x); }
inline double tan(double x) { return std::tan(x); }

}  // namespace plumbline::runtime::math
