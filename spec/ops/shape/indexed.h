// What gather and scatter_add share: an index of x's rank replaces the coordinate along one axis.
#pragma once

#include "spec/ops/index_data.h"

namespace plumbline::spec {

// The shape of the index, once it fits x: the same rank, not longer than x beyond the axis.
template <class O>
Result<Shape> indexed_shape(const O& op, const Shape& x, const Shape& index) {
  const auto axis = normal_axis(op.axis, x.rank());
  if (!axis) return refuse(op, 1, axis.error().what());
  if (x.rank() != index.rank()) return refuse(op, 2, "ranks differ: ", x, " vs index ", index);
  for (Index a = 0; a < x.rank(); ++a)
    if (a != *axis && index[a] > x[a])
      return refuse(op, 3, "index exceeds the tensor along axis ", a, ": ", index[a], " vs ", x[a]);
  if (index.size() > 0 && x[*axis] == 0)
    return refuse(op, 3, "nothing to index along axis ", *axis, ": the extent is 0");
  return index;
}

// For each element of the index, the offset in x that it names; an index out of range throws.
template <class O, Number N>
std::vector<Index> indexed_offsets(const O& op, const Shape& x, const Tensor<N>& index) {
  const Index axis = *normal_axis(op.axis, x.rank());
  const auto strides = x.strides(), steps = index.shape().strides();
  std::vector<Index> offsets;
  offsets.reserve(static_cast<std::size_t>(index.size()));
  for (Index i = 0; i < index.size(); ++i) {
    Index at = index_at(op, index[i], axis, x[axis]) * strides[static_cast<std::size_t>(axis)], rest = i;
    for (Index a = 0; a < x.rank(); ++a) {
      const auto k = static_cast<std::size_t>(a);
      if (a != axis) at += rest / steps[k] * strides[k];
      rest %= steps[k];
    }
    offsets.push_back(at);
  }
  return offsets;
}

struct IndexedSample {
  Index axis, extent;
  Shape x, index;
};

inline IndexedSample sample_indexed(Choices& choices) {
  Shape x = pick_shape(choices, 1, 3, 512);
  const Index axis = choices.pick(-x.rank(), x.rank() - 1), at = *normal_axis(axis, x.rank());
  x[at] = std::max<Index>(1, x[at]);
  Shape index = x;
  for (Index a = 0; a < x.rank(); ++a)
    if (a != at && x[a] > 0 && choices.pick(0, 3) == 3) index[a] = choices.pick(1, x[a]);
  index[at] = choices.pick(0, 7) == 7 ? 0 : choices.pick(1, 9);
  return {axis, x[at], x, index};
}

}  // namespace plumbline::spec
