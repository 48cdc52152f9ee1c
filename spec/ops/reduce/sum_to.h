// The adjoint of broadcasting: x summed over the axes along which `shape` was broadcast to x's shape.
#pragma once

#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

template <TensorLike T>
T sum_to(const T& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  Axes axes;
  const Index extra = x.shape().rank() - shape.rank();
  for (Index i = 0; i < x.shape().rank(); ++i)
    if (i < extra || (shape[i - extra] == 1 && x.shape()[i] != 1)) axes.push_back(i);
  return axes.empty() ? reshape(x, shape) : reshape(call(Sum{axes, true}, x), shape);
}

// What the elementwise ops of several operands share: [op C1] their shapes broadcast.
template <class O>
Result<Shape> broadcast_inputs(const O& op, const Shapes& in) {
  Shape shape = in[0];
  for (const Shape& s : in) {
    const auto both = broadcast(shape, s);
    if (!both) return refuse(op, 1, both.error().what());
    shape = *both;
  }
  if (!shape.valid()) return refuse(op, 1, "shapes broadcast to ", shape, ", which is too large");
  return shape;
}

// What elementwise backward ops share: [op C1] their inputs have one shape.
template <class O>
Result<Shape> same_shapes(const O& op, const Shapes& in) {
  for (const Shape& s : in)
    if (s != in[0]) return refuse(op, 1, "shapes differ: ", in[0], " vs ", s);
  return in[0];
}

}  // namespace plumbline::spec
