// What topk and topk_indices share: the first k of the sorted order.
#pragma once

#include "spec/ops/shape/ranking.h"

namespace plumbline::spec {

// [op C1] the axis; [op C2] k is from 0 and not above the extent.
template <class O>
Result<Shape> top_shape(const O& op, const Shape& in) {
  auto out = ranked_shape(op, in);
  if (!out) return out;
  Index& n = (*out)[*normal_axis(op.axis, in.rank())];
  if (op.k < 0 || op.k > n) return refuse(op, 2, "k is not in 0..", n, ": ", op.k);
  n = op.k;
  return out;
}

template <class O>
Sample<O> sample_top(Choices& choices) {
  auto sample = sample_ranked<O>(choices);
  const Shape& shape = sample.shapes[0];
  const Index n = shape[*normal_axis(sample.op.axis, shape.rank())];
  sample.op.k = choices.pick(0, 15) == 15 ? 0 : choices.pick(std::min<Index>(1, n), n);
  sample.op.largest = !choices.coin(), sample.op.sorted = !choices.coin();
  return sample;
}

}  // namespace plumbline::spec
