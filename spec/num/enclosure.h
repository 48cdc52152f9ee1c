// What Rounded<C> asks of the enclosure C of an exact value: its ends in double, its state, and whether it is a point.
#pragma once

#include <optional>

#include "spec/num/approx.h"
#include "spec/num/ball.h"

namespace plumbline::spec {

inline Known known(const Ball& x) {
  if (x.is_nan()) return Known::nan;
  if (x.is_pole()) return Known::pole;
  return x.state() == Ball::State::value ? Known::value : Known::nothing;
}
inline double lower(const Ball& x) { return known(x) == Known::value ? x.lower() : -upward::infinity; }
inline double upper(const Ball& x) { return known(x) == Known::value ? x.upper() : upward::infinity; }
// Whether |x| − by is at least 2^1024 for every x, all of one sign: what no double can say.
inline bool exceeds_doubles(const Approx&, double) { return false; }
inline bool exceeds_doubles(const Ball& x, double by) {
  if (known(x) != Known::value || !(by < upward::infinity)) return false;
  const Ball low = abs(x).widened(by);
  return mpfr_cmp_si_2exp(low.lo(), 1, 1024) >= 0 && !x.contains_zero();
}
inline std::optional<double> single(const Ball& x) {
  if (known(x) != Known::value || !x.is_point()) return std::nullopt;
  const double lo = x.lower();
  return lo == x.upper() && std::isfinite(lo) ? std::optional<double>(lo) : std::nullopt;
}

}  // namespace plumbline::spec
