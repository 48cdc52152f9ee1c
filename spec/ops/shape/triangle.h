// What triu and tril share: the last two axes are a matrix, cut along a diagonal.
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

// [op C1] x has a matrix.
template <class O>
Result<Shape> matrix_shape(const O& op, const Shape& in) {
  if (in.rank() < 2) return refuse(op, 1, "expects a matrix in the last two axes, got ", in);
  return in;
}

// x[…, i, j] where keeps(j − i), else 0.
template <Number N, class Keeps>
Tensor<N> triangle(const Tensor<N>& x, Keeps&& keeps) {
  const Index rows = x.shape().back(1), columns = x.shape().back(0);
  return Tensor<N>::generate(x.shape(), [&](Index i) {
    return keeps(i % columns - i / columns % rows) ? x[i] : N(Index{0});
  });
}

template <class O>
Sample<O> sample_triangle(Choices& choices) {
  const Shape shape = pick_shape(choices, 2, 4);
  return {{choices.pick(-3, 3)}, {shape}, {}};
}

}  // namespace plumbline::spec
