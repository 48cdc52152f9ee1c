// The hardware's float and double as numbers: the slow but working kernel of every op.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <numbers>
#include <optional>

#include "spec/lang/shape.h"
#include "spec/lang/truth.h"

namespace plumbline::spec {

using std::abs, std::sqrt, std::cbrt, std::exp, std::exp2, std::expm1, std::log, std::log2, std::log1p, std::sin,
    std::cos, std::atan, std::tanh, std::erf, std::erfc, std::pow, std::floor;

template <std::floating_point F>
F ramp(F x) {
  return x < 0 ? F(0) : x;
}
template <std::floating_point F>
F maximum(F x, F y) {
  return x != x ? x : (y != y || y > x ? y : x);
}
template <std::floating_point F>
F minimum(F x, F y) {
  return x != x ? x : (y != y || y < x ? y : x);
}
// x − ⌊x⌋ is exact, or above ½ below zero where only the sign matters; no rounding mode is asked.
template <std::floating_point F>
F round_even(F x) {
  const F below = std::floor(x), rest = x - below, half = below / 2;
  const bool up = rest > F(0.5) || (rest == F(0.5) && half != std::floor(half));
  return std::copysign(up ? below + 1 : below, x);
}
template <std::floating_point F>
F floored_remainder(F x, F y) {
  const F r = std::fmod(x, y);
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
template <std::floating_point F>
F computed_as(F, F approx) {
  return approx;
}
template <std::floating_point F>
F ratio(F, Index p, Index q) {
  return static_cast<F>(static_cast<double>(p) / static_cast<double>(q));
}
template <std::floating_point F>
F real(F, double a) {
  return static_cast<F>(a);
}
template <std::floating_point F>
F pi(F) {
  return std::numbers::pi_v<F>;
}
template <std::floating_point F>
Truth less(F x, F y) {
  return tri(x < y);
}
template <std::floating_point F>
Truth equal(F x, F y) {
  return tri(x == y);
}
template <std::floating_point F>
Truth is_nan(F x) {
  return tri(x != x);
}
template <std::floating_point F>
Truth is_infinite(F x) {
  return tri(x == x && x - x != 0);
}
template <std::floating_point F>
F select(Truth t, F x, F y) {
  return t.exact == Tri::yes ? x : y;
}
template <std::floating_point F>
std::optional<Index> to_index(F x) {
  constexpr F limit = F(Index{1} << 62);
  if (!(x > -limit && x < limit) || x != std::trunc(x)) return std::nullopt;
  return static_cast<Index>(x);
}

}  // namespace plumbline::spec
