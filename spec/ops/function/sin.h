// y = sin x
#pragma once

#include "spec/ops/function/cos.h"

namespace plumbline::spec {

struct Sin {
  static constexpr std::string_view name = "sin", summary = "y = sin x";
  static constexpr int arity = 1;
  bool operator==(const Sin&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return sin(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {mul(ct, call(Cos{}, in[0]))};
  }
  static Sample<Sin> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {angles()}}; }
};
BOOST_DESCRIBE_STRUCT(Sin, (), ())

template <TensorLike T>
std::vector<T> Cos::vjp(const std::vector<T>& in, const T&, const T& ct) const {
  return {neg(mul(ct, call(Sin{}, in[0])))};
}

}  // namespace plumbline::spec
