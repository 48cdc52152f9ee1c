// y = min(max(x, 0), 6), with derivative 0 at and outside the ends
#pragma once

#include "spec/ops/arithmetic/clamp.h"

namespace plumbline::spec {

struct Relu6 {
  static constexpr std::string_view name = "relu6", summary = "y = x brought into [0, 6]";
  static constexpr int arity = 1;
  bool operator==(const Relu6&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return clamped(x, 0, 6); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(ClampGrad{0, 6}, in[0], ct)};
  }
  static Sample<Relu6> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-4, 10, {0, 6})}};
  }
};
BOOST_DESCRIBE_STRUCT(Relu6, (), ())

}  // namespace plumbline::spec
