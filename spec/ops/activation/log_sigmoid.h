// y = ln σ(x) = −ln(1 + e^−x)
#pragma once

#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/activation/softplus_split.h"

namespace plumbline::spec {

struct LogSigmoid {
  static constexpr std::string_view name = "log_sigmoid", summary = "y = -ln(1 + exp(-x))";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  bool operator==(const LogSigmoid&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return -log(N(Index{1}) + exp(-x)); });
  }
  // split: x − ln(1 + e^x) for x < 0, so that the exponential never overflows.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return -softplus_split(-x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {mul(ct, call(Sigmoid{}, neg(in[0])))};
  }
  static Sample<LogSigmoid> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-0x1p20, 0x1p20, {0, -17, 17, -88.7, 88.7, -103})}};
  }
};
BOOST_DESCRIBE_STRUCT(LogSigmoid, (), ())

}  // namespace plumbline::spec
