// The gates of recurrent cells, σ and silu, and their slopes from their values
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

// 1/(1 + e^−x); `split`: e^x/(1 + e^x) for x < 0, so that the exponential never overflows.
template <Number N>
N gate_of(const N& x, bool split) {
  const N one(Index{1});
  if (!split) return one / (one + exp(-x));
  const Truth negative = less(x, N(Index{0}));
  const N e = exp(select(negative, x, -x));
  return select(negative, e, one) / (one + e);
}
template <Number N>
N slope_of_gate(const N& s) {
  return s * (N(Index{1}) - s);
}
template <Number N>
N slope_of_tanh(const N& t) {
  return N(Index{1}) - t * t;
}

// x σ(x), 0 at −∞.
template <Number N>
N silu_of(const N& x, bool split) {
  const N zero(Index{0});
  return select(less(x, zero) & is_infinite(x), zero, x * gate_of(x, split));
}

}  // namespace plumbline::spec
