// y = x backwards along a set of axes
#pragma once

#include "spec/ops/shape/arranged.h"

namespace plumbline::spec {

struct Flip {
  Axes axes = {};  // empty: all

  static constexpr std::string_view name = "flip", summary = "x backwards along a set of axes";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Flip&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto set = normal_axes(axes, in[0].rank());
    if (!set) return refuse(*this, 1, set.error().what());
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape& shape = in[0].shape();
    const Axes set = *normal_axes(axes, shape.rank());
    return arranged(in[0], shape, [&](Index a, Index i) {
      return std::binary_search(set.begin(), set.end(), a) ? shape[a] - 1 - i : i;
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {call(*this, ct)};
  }
  static Sample<Flip> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    Flip op;
    for (Index a = 0; a < shape.rank(); ++a)
      if (choices.coin()) op.axes.push_back(choices.coin() ? a - shape.rank() : a);
    return {op, {shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Flip, (), (axes))

template <TensorLike T>
T flip(const T& x, Index axis) {
  return call(Flip{{axis}}, x);
}

}  // namespace plumbline::spec
