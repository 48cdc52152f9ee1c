// What std and norm share: a root whose derivative at 0 is 0, and the quotient that it gives backwards.
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/compare/equal.h"
#include "spec/ops/compare/where.h"

namespace plumbline::spec {

// √x; at 0 the derivative is that of x itself, which is 0 for a sum of squares.
template <Number N>
N zero_root(const N& x) {
  return select(equal(x, N(Index{0})), x, N(sqrt(x)));
}

// x/y, and 0 where y = 0.
template <TensorLike T>
T over_nonzero(const T& x, const T& y) {
  const T zero = literal(y, 0), is_zero = call(Equal{}, y, zero);
  return where(is_zero, literal(x, 0), div(x, where(is_zero, literal(y, 1), y)));
}

}  // namespace plumbline::spec
