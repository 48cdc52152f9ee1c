// What scans along an axis share: shape, direction, samples and shifts by one place.
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/pad.h"

namespace plumbline::spec {

// [op C1] the axis is in range.
template <class O>
Result<Shape> scan_shape(const O& op, const Shape& in) {
  const auto axis = normal_axis(op.axis, in.rank());
  if (!axis) return refuse(op, 1, axis.error().what());
  return in;
}

// y from x fibre by fibre: f(n, k ↦ x_k, k ↦ y_k&) with places counted from the end where the scan runs in reverse.
template <class O, Number N, class F>
Tensor<N> scanned(const O& op, const Tensor<N>& x, F&& f) {
  return along(op.axis, x, [&](Index n, auto&& from, auto&& to) {
    const auto place = [&](Index k) { return op.reverse ? n - 1 - k : k; };
    f(
        n, [&](Index k) -> const N& { return from(place(k)); }, [&](Index k) -> N& { return to(place(k)); });
  });
}

// y_k = x_{k−1} along an axis, and `first` at the first place; in reverse y_k = x_{k+1}.
template <TensorLike T>
T delayed(const T& x, Index axis, bool reverse, double first) {
  const Shape& shape = x.shape();
  const Index a = *normal_axis(axis, shape.rank()), n = shape[a];
  if (n == 0) return x;
  Axes padding(static_cast<std::size_t>(2 * shape.rank()), 0);
  padding[static_cast<std::size_t>(2 * a + (reverse ? 1 : 0))] = 1;
  Pad pad;
  pad.padding = padding, pad.value = first;
  return call(pad, reverse ? slice(x, a, 1, n) : slice(x, a, 0, n - 1));
}

template <class O>
Sample<O> sample_scan(Choices& choices) {
  const Shape shape = pick_shape(choices, 1, 4);
  O op;
  op.axis = choices.pick(-shape.rank(), shape.rank() - 1);
  op.reverse = choices.coin();
  return {op, {shape}, {}};
}

}  // namespace plumbline::spec
