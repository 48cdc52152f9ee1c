// What layer_norm, rms_norm and their gradients share: the slices over the last axes.
#pragma once

#include "spec/ops/norm/slices_grad.h"

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

// Of inputs x[, w[, b]]; [op C4]: w and b have the shape of the slice.
template <class O>
Result<Shape> normalised_rows(const O& op, const Shapes& in) {
  const auto slice = normalised_shape(op, in[0]);
  if (!slice) return tl::unexpected(slice.error());
  for (std::size_t i = 1; i < in.size(); ++i)
    if (in[i] != *slice)
      return refuse(op, 4, i == 1 ? "weight" : "bias", " differs from the normalised axes: ", in[i], " vs ", *slice);
  return in[0];
}

// x as rows, one for each slice.
template <class O>
Slicing row_slicing(const O& op, const Shape& x) {
  const Shape slice = *normalised_shape(op, x);
  Index rows = 1;
  for (Index a = 0; a < x.rank() - slice.rank(); ++a) rows *= x[a];
  const Index n = slice.size();
  return {{rows, n}, {1}, 1, std::max<Index>(1, n), O::centred};
}

// Inputs x[, w[, b]], each slice normalised.
template <class O, Number N>
Tensor<N> normalised_rows(const O& op, const Tensors<N>& in, const Way& way) {
  return normalised(in, row_slicing(op, in[0].shape()), op.eps, way);
}

// Shapes: x, then the slice.
template <class O>
Sample<O> sample_layer_norm(Choices& choices) {
  O op;
  const Shape slice = choices.pick(0, 3) == 3 ? pick_shape(choices, 2, 2, 256) : Shape{pick_extent(choices, 257)};
  if (slice.rank() == 2 || choices.coin()) op.normalized_shape = slice.dims();
  op.eps = choices.one_of<double>({1e-5, 1e-6, 1e-12, 1e-3, 0});
  Shape x = pick_shape(choices, 0, 2, 9);
  for (Index d : slice.dims()) x.push_back(d);
  return {op, {x, slice}, {}};
}
// Shapes: x[, w[, b]], as many as O may have.
template <class O>
Sample<O> sample_weighted_norm(Choices& choices) {
  auto sample = sample_layer_norm<O>(choices);
  const Shape slice = sample.shapes[1];
  sample.shapes.resize(1);
  for (Index i = choices.pick(0, O::most_inputs - 1); i > 0; --i) sample.shapes.push_back(slice);
  return sample;
}

}  // namespace plumbline::spec
