// What layer_norm and its gradient share: the slices over the last axes that are normalised, and their statistics.
#pragma once

#include "spec/ops/reduce/reduction.h"

namespace plumbline::spec {

// The slice: normalized_shape, or where that is empty the last axis. [op C1], [op C2], [op C3].
template <class O>
Result<Shape> normalised_shape(const O& op, const Shape& x) {
  if (x.rank() == 0) return refuse(op, 1, "x needs an axis: ", x);
  if (!(op.eps >= 0) || !std::isfinite(op.eps)) return refuse(op, 2, "eps is not a finite number from 0: ", op.eps);
  if (op.normalized_shape.empty()) return Shape{x.back(0)};
  const Shape slice(op.normalized_shape);
  const Index skip = x.rank() - slice.rank();
  if (skip < 0 || !std::equal(slice.dims().begin(), slice.dims().end(), x.dims().begin() + skip))
    return refuse(op, 3, "x does not end in normalized_shape: ", x, " vs ", slice);
  return slice;
}

// The axes of the slice.
inline Axes last_axes(const Shape& x, const Shape& slice) {
  Axes axes;
  for (Index a = x.rank() - slice.rank(); a < x.rank(); ++a) axes.push_back(a);
  return axes;
}

// Of one slice x_0 … x_{n−1}: the mean μ and σ = √(Σ (x − μ)² / n + eps), in two passes; `scaled`: with the averages
// Σ · (1/n).
template <Number N>
struct SliceStatistics {
  N mean, deviation;
};

template <Number N>
SliceStatistics<N> statistics(const N* x, Index n, double eps, bool scaled) {
  const N mean = average<N>(n, [=](Index p) -> const N& { return x[p]; }, n, scaled);
  const N variance = average<N>(n, [&](Index p) { return square(N(x[p] - mean)); }, n, scaled);
  return {mean, sqrt(variance + real(mean, eps))};
}

template <class O>
Sample<O> sample_layer_norm(Choices& choices) {
  O op;
  const Shape slice = choices.pick(0, 3) == 3 ? pick_shape(choices, 2, 2, 256) : Shape{pick_extent(choices, 257)};
  if (slice.rank() == 2 || choices.coin()) op.normalized_shape = slice.dims();
  op.eps = choices.one_of<double>({1e-5, 1e-6, 1e-12, 1e-3});
  Shape x = pick_shape(choices, 0, 2, 9);
  for (Index d : slice.dims()) x.push_back(d);
  return {op, {x, slice}, {}};
}

}  // namespace plumbline::spec
