// y = e^x
#pragma once

#include "spec/ops/elementwise/mul.h"

namespace plumbline::spec {

struct Exp {
  static constexpr std::string_view name = "exp", summary = "y = e^x";
  static constexpr int arity = 1;
  bool operator==(const Exp&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return exp(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {mul(ct, y)};
  }
  static Sample<Exp> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-110, 95, {-103.3, -87.3, 0, 88.7})}};
  }
};
BOOST_DESCRIBE_STRUCT(Exp, (), ())

}  // namespace plumbline::spec
