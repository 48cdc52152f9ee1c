// What softmax and its kin share: a maximum subtracted before the exponential, and what infinities do there.
#pragma once

#include "spec/ops/reduce/reduction.h"

namespace plumbline::spec {

// [op C1] of an op along one axis that keeps the shape.
template <class O>
Result<Shape> shape_along(const O& op, const Shape& in) {
  if (const auto a = normal_axis(op.axis, in.rank()); !a) return refuse(op, 1, a.error().what());
  return in;
}

// x − top, and 0 where x is an infinite maximum itself.
template <Number N>
N shifted(const N& x, const N& top) {
  return select(is_infinite(top) & equal(x, top), N(Index{0}), x - top);
}

// y, and NaN where several infinite maxima compete: then total = Σ e^shifted counts them, and there is no limit.
template <Number N>
N unless_contested(const N& top, const N& total, const N& y) {
  return select(is_infinite(top) & less(N(Index{1}), total), top - top, y);
}

template <class O>
Sample<O> sample_along(Choices& choices) {
  const Shape shape = pick_shape(choices, 1, 3);
  O op;
  op.axis = choices.pick(-shape.rank(), shape.rank() - 1);
  return {op, {shape}, {Domain::near({0, -103, 88.7})}};
}

}  // namespace plumbline::spec
