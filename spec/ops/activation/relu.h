// y = max(x, 0), with derivative 0 at 0
#pragma once

#include "spec/ops/activation/relu_grad.h"

namespace plumbline::spec {

struct Relu {
  static constexpr std::string_view name = "relu", summary = "y = max(x, 0)";
  static constexpr int arity = 1;
  bool operator==(const Relu&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return ramp(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(ReluGrad{}, in[0], ct)};
  }
  static Sample<Relu> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0})}}; }
};
BOOST_DESCRIBE_STRUCT(Relu, (), ())

}  // namespace plumbline::spec
