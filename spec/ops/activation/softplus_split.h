// ln(1 + e^x) without overflow and cancellation: x + ln(1 + e^−x) for x ≥ 0, so that the exponential is at most 1
#pragma once

#include "spec/lang/number.h"

namespace plumbline::spec {

template <Number N>
N softplus_split(const N& x) {
  const N zero(Index{0});
  const Truth negative = less(x, zero);
  return select(negative, zero, x) + log1p(exp(select(negative, x, -x)));
}

}  // namespace plumbline::spec
