// y = e^x − 1
#pragma once

#include "spec/ops/function/exp.h"

namespace plumbline::spec {

struct Expm1 {
  static constexpr std::string_view name = "expm1", summary = "y = e^x - 1";
  static constexpr int arity = 1;
  bool operator==(const Expm1&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return expm1(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {mul(ct, call(Exp{}, in[0]))};
  }
  static Sample<Expm1> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-110, 95, {-17, 0, 0x1p-12, 88.7})}};
  }
};
BOOST_DESCRIBE_STRUCT(Expm1, (), ())

}  // namespace plumbline::spec
