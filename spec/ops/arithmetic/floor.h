// y = ⌊x⌋, the largest integer that is not above x; derivative 0
#pragma once

#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Floor {
  static constexpr std::string_view name = "floor", summary = "y = the largest integer not above x";
  static constexpr int arity = 1;
  bool operator==(const Floor&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return floor(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {full_like(ct, in[0].shape(), 0)};
  }
  static Sample<Floor> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -0.5, 0.5, 1, 1.5, 2.5, -3, 0x1.fffffcp+22})}};
  }
};
BOOST_DESCRIBE_STRUCT(Floor, (), ())

}  // namespace plumbline::spec
