// Rounding to formats: one integer routine for every format and direction.
#include "spec/num/round.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace plumbline::spec {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double quiet_nan = std::numeric_limits<double>::quiet_NaN();

// Whether a truncated magnitude is to be incremented: `tail` compares what was cut off with half a unit (−1, 0, 1).
bool increments(bool negative, bool odd, bool cut, int tail, Direction d) {
  switch (d) {
    case Direction::nearest_even: return tail > 0 || (tail == 0 && odd);
    case Direction::nearest_away: return tail >= 0;
    case Direction::up: return cut && !negative;
    case Direction::down: return cut && negative;
    case Direction::toward_zero: break;
  }
  return false;
}

double overflow(bool negative, const Format& f, Direction d) {
  const bool stops = d == Direction::toward_zero || d == (negative ? Direction::up : Direction::down);
  const double size = stops ? f.largest() : f.has_infinity ? infinity : quiet_nan;
  return negative ? -size : size;
}

double special(double x, const Format& f) { return std::isinf(x) && !f.has_infinity ? quiet_nan : x; }

int exponent_bits(const Format& f) {
  return std::bit_width(static_cast<unsigned>(f.emax - f.emin + 1 + f.has_infinity));
}

}  // namespace

double round_significand(bool negative, std::uint64_t magnitude, std::int64_t exponent, bool sticky, const Format& f,
                         Direction d) {
  const int zeros = std::countl_zero(magnitude);
  magnitude <<= zeros;
  exponent -= zeros;
  const std::int64_t top = exponent + 63;  // 2^top ≤ value < 2^(top+1)
  if (top > f.emax) return overflow(negative, f, d);
  const std::int64_t unit = std::max<std::int64_t>(top, f.emin) - f.precision + 1;  // the last bit kept
  const std::int64_t drop = unit - exponent;                                        // ≥ 64 − precision ≥ 11
  std::uint64_t kept = 0;
  int tail = -1;
  bool cut = true;
  if (drop <= 64) {
    const std::uint64_t half = std::uint64_t{1} << (drop - 1);
    const std::uint64_t rest = drop == 64 ? magnitude : magnitude & (2 * half - 1);
    kept = drop == 64 ? 0 : magnitude >> drop;
    tail = rest > half ? 1 : rest < half ? -1 : sticky ? 1 : 0;
    cut = rest != 0 || sticky;
  }
  if (increments(negative, (kept & 1) != 0, cut, tail, d)) ++kept;
  const double size = std::ldexp(static_cast<double>(kept), static_cast<int>(unit));
  if (size > f.largest()) return overflow(negative, f, d);
  return negative ? -size : size;
}

double round_to(double x, const Format& f, Direction d) {
  if (x == 0 || !std::isfinite(x)) return special(x, f);
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto field = static_cast<std::int64_t>(bits >> 52 & 0x7ff);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const std::uint64_t magnitude = field == 0 ? fraction : fraction | std::uint64_t{1} << 52;
  return round_significand(std::signbit(x), magnitude, (field == 0 ? 1 : field) - 1075, false, f, d);
}

double round_to_format(double x, const Format& f) { return round_to(x, f, Direction::nearest_even); }

double round_to(mpfr_srcptr x, int ternary, const Format& f, Direction d) {
  const bool negative = mpfr_signbit(x) != 0;
  if (mpfr_nan_p(x) != 0) return quiet_nan;
  if (mpfr_inf_p(x) != 0) return special(negative ? -infinity : infinity, f);
  if (mpfr_zero_p(x) != 0 && ternary == 0) return negative ? -0.0 : 0.0;
  // Not zero, but too small for MPFR.
  if (mpfr_zero_p(x) != 0) return round_significand(negative, 1, mpfr_get_emin_min(), true, f, d);
  const auto magnitude = *static_cast<const mp_limb_t*>(mpfr_custom_get_significand(x));
  return round_significand(negative, magnitude, mpfr_get_exp(x) - 64, ternary != 0, f, d);
}

std::uint64_t encode(double x, const Format& f) {
  const int w = exponent_bits(f), fraction_bits = f.precision - 1, pad = f.bits - 1 - w - fraction_bits;
  const std::uint64_t sign = std::uint64_t{std::signbit(x)} << (w + fraction_bits);
  const std::uint64_t top = ((std::uint64_t{1} << w) - 1) << fraction_bits;
  std::uint64_t body = 0;
  if (x != x) {
    body = top | (f.has_infinity ? std::uint64_t{1} << (fraction_bits - 1) : (std::uint64_t{1} << fraction_bits) - 1);
  } else if (std::isinf(x)) {
    body = top;
  } else if (x != 0) {
    const int e = std::max(std::ilogb(x), f.emin);
    const auto m = static_cast<std::uint64_t>(std::ldexp(std::fabs(x), fraction_bits - e));
    body = m + (static_cast<std::uint64_t>(e - f.emin) << fraction_bits);  // the implicit bit counts as one exponent
  }
  return (sign | body) << pad;
}

double decode(std::uint64_t bits, const Format& f) {
  const int w = exponent_bits(f), fraction_bits = f.precision - 1, pad = f.bits - 1 - w - fraction_bits;
  bits >>= pad;
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << fraction_bits) - 1);
  const auto field = static_cast<int>(bits >> fraction_bits & ((std::uint64_t{1} << w) - 1));
  const bool negative = (bits >> (w + fraction_bits) & 1) != 0, last = field == (1 << w) - 1;
  double size = std::ldexp(static_cast<double>(fraction), f.emin - fraction_bits);
  if (last && f.has_infinity) size = fraction == 0 ? infinity : quiet_nan;
  else if (last && fraction == (std::uint64_t{1} << fraction_bits) - 1) size = quiet_nan;
  else if (field > 0)
    size = std::ldexp(static_cast<double>(fraction | std::uint64_t{1} << fraction_bits),
                      f.emin - fraction_bits + field - 1);
  return negative ? -size : size;
}

}  // namespace plumbline::spec
