// What the reductions over a set of axes share: their shapes, fibres, samples and the way back.
#pragma once

#include "spec/ops/shape/broadcast_to.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::spec {

// O has attributes `axes` (empty: all) and `keepdim`.
template <class O>
Result<Shape> reduced_shape(const O& op, const Shape& in) {
  const auto axes = normal_axes(op.axes, in.rank());
  if (!axes) return refuse(op, 1, axes.error().what());
  return reduced(in, *axes, op.keepdim);
}

// The number of elements that op reduces to one. The axes must be valid.
template <class O>
Index reduced_extent(const O& op, const Shape& in) {
  const Axes axes = *normal_axes(op.axes, in.rank());
  Index n = 1;
  for (Index a : axes) n *= in[a];
  return n;
}

// As reduced_shape, for a reduction that is undefined where there is nothing to reduce.
template <class O>
Result<Shape> reduced_shape_of_some(const O& op, const Shape& in) {
  auto out = reduced_shape(op, in);
  if (out && reduced_extent(op, in) == 0) return refuse(op, 2, "nothing to reduce: the extent is 0 in ", in);
  return out;
}

// Each fibre of x along op.axes reduced by f(n, k ↦ x_k).
template <class O, Number N, class F>
Tensor<N> reduce(const O& op, const Tensor<N>& x, F&& f) {
  const Axes axes = *normal_axes(op.axes, x.shape().rank());
  const Fibres fibre = fibres(x.shape(), axes);
  return Tensor<N>::generate(reduced(x.shape(), axes, op.keepdim), [&](Index i) {
    const Index start = fibre.start[static_cast<std::size_t>(i)];
    return f(fibre.length(), [&](Index k) -> const N& { return x[start + fibre.step[static_cast<std::size_t>(k)]]; });
  });
}

// (Σ x_k) / count; `scaled`: Σ x_k w with the reciprocal w = 1/count, as kernels compute that multiply by a reciprocal
// or keep a running mean. There w is 3/count · 1/3, which no format holds exactly: such kernels round in between, so
// that their errors are not those of one exact sum, even where x lies on a grid and count is a power of two.
template <Number N, class X>
N average(Index n, X&& x, Index count, bool scaled) {
  if (!scaled || n == 0) return sum<N>(n, x) / N(count);
  const N first = x(Index{0}), w = ratio(first, 3, count) * ratio(first, 1, 3);
  return sum<N>(n, [&](Index k) { return N(x(k) * w); });
}

// A tensor of x's shape, computed fibre by fibre: f(n, k ↦ x_k, k ↦ y_k&) fills y from x along one axis.
template <Number N, class F>
Tensor<N> along(Index axis, const Tensor<N>& x, F&& f) {
  const Fibres fibre = fibres(x.shape(), {*normal_axis(axis, x.shape().rank())});
  Tensor<N> y = x;
  const auto out = y.mutable_elements();
  const Index n = x.size() == 0 ? 0 : fibre.length();
  for (Index start : fibre.start) {
    if (n == 0) break;
    const auto at = [&](Index k) { return start + fibre.step[static_cast<std::size_t>(k)]; };
    f(
        n, [&](Index k) -> const N& { return x[at(k)]; },
        [&](Index k) -> N& { return out[static_cast<std::size_t>(at(k))]; });
  }
  return y;
}

// A reduced value with its axes put back as 1.
template <class O, TensorLike T>
T keep_axes(const O& op, const T& y, const Shape& in) {
  return reshape(y, reduced(in, *normal_axes(op.axes, in.rank()), /*keepdim=*/true));
}

// A reduced value broadcast to the shape that was reduced.
template <class O, TensorLike T>
T broadcast_back(const O& op, const T& y, const Shape& in) {
  return broadcast_to(keep_axes(op, y, in), in);
}

template <class O>
Sample<O> sample_reduction(Choices& choices, Index least_extent = 0) {
  Shape shape = pick_shape(choices, 0, 4);
  for (Index a = 0; a < shape.rank(); ++a) shape[a] = std::max(shape[a], least_extent);
  O op;
  for (Index a = 0; a < shape.rank(); ++a)
    if (choices.coin()) op.axes.push_back(choices.coin() ? a - shape.rank() : a);
  op.keepdim = choices.coin();
  return {op, {shape}, {}};
}

}  // namespace plumbline::spec
