// What ops that move whole places along axes share: y[i_0, i_1, …] = x[m_0(i_0), m_1(i_1), …].
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

// place(a, i) is the place along axis a of x that place i of y reads. x and y have one rank.
template <Number N, class Place>
Tensor<N> arranged(const Tensor<N>& x, const Shape& to, Place&& place) {
  const auto from = x.shape().strides(), steps = to.strides();
  return Tensor<N>::generate(to, [&](Index i) {
    Index at = 0;
    for (Index a = 0; a < to.rank(); ++a) {
      const auto k = static_cast<std::size_t>(a);
      at += place(a, i / steps[k]) * from[k];
      i %= steps[k];
    }
    return x[at];
  });
}

// [op C1] an optional axis: `axis` has one entry, or none for the flattened tensor.
template <class O>
Result<Shape> flattened_unless_axis(const O& op, const Shape& in) {
  if (op.axis.size() > 1) return refuse(op, 1, "expects one axis or none, got ", op.axis.size());
  if (op.axis.empty()) return Shape{in.size()};
  const auto axis = normal_axis(op.axis[0], in.rank());
  if (!axis) return refuse(op, 1, axis.error().what());
  return in;
}

// No axis, or one of x's.
inline Axes pick_optional_axis(Choices& choices, Index rank) {
  if (rank == 0 || choices.pick(0, 3) == 0) return {};
  return {choices.pick(-rank, rank - 1)};
}

}  // namespace plumbline::spec
