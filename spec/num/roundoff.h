// One rounding to nearest in a format: which values it leaves alone, and how far it moves the others.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "spec/lang/claims.h"
#include "spec/num/upward.h"

namespace plumbline::spec {

// The largest g such that the finite value ≠ 0 is an integer multiple of 2^g.
inline int grid_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto field = static_cast<int>(bits >> 52 & 0x7ff);
  const std::uint64_t fraction = (bits & 0xfffffffffffffULL) | (field ? 1ULL << 52 : 0);
  return std::max(field, 1) - 1075 + std::countr_zero(fraction);
}
// The grid of zero, which is a multiple of everything.
inline constexpr int zero_grid = 1 << 20;

// 2^⌊log2 m⌋ for m > 0: the unit in the first place (Rump 2012). Subnormals are their own bound.
inline double first_place(double m) {
  if (m < 0x1p-1022) return m;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(m) & 0x7ff0000000000000ULL);
}

inline double unit_roundoff(const Format& f) { return upward::power_of_two(-f.precision); }
inline double smallest_normal(const Format& f) { return upward::power_of_two(f.emin); }
inline int smallest_grid(const Format& f) { return f.emin - f.precision + 1; }
// Half the smallest subnormal; of binary64, where that is no double, the whole.
inline double half_subnormal(const Format& f) {
  return std::max(upward::tiny, upward::power_of_two(smallest_grid(f) - 1));
}
inline double largest(const Format& f) {
  return std::ldexp(2.0 - (f.has_infinity ? 1 : 2) * std::ldexp(1.0, 1 - f.precision), f.emax);
}

// Is the double a value of the format?
inline bool representable(double value, const Format& f) {
  if (value == 0) return true;
  const double m = std::abs(value);
  const int g = grid_of(value);
  return g >= smallest_grid(f) && m <= largest(f) &&
         (g > 1023 - f.precision || m <= upward::power_of_two(g + f.precision));
}
// Is every finite value of f one of g?
inline bool contained(const Format& f, const Format& g) {
  return f.precision <= g.precision && smallest_grid(f) >= smallest_grid(g) && f.emax <= g.emax;
}

// |fl(x) − x| ≤ max(u·ufp(m), η) for |x| ≤ m below overflow [round B1].
inline double roundoff(const Format& f, double m) {
  return std::max(upward::mul(unit_roundoff(f), first_place(m)), half_subnormal(f));
}
// ulp(x) ≤ 2u·ufp(m), never below the smallest subnormal [round B2].
inline double ulp_bound(const Format& f, double m) {
  return std::max(2 * upward::mul(unit_roundoff(f), first_place(m)), upward::power_of_two(smallest_grid(f)));
}

}  // namespace plumbline::spec
