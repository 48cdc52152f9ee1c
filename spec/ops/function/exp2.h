// y = 2^x
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/function/log.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Exp2 {
  static constexpr std::string_view name = "exp2", summary = "y = 2^x";
  static constexpr int arity = 1;
  bool operator==(const Exp2&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return exp2(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {mul(ct, mul(y, call(Log{}, literal(ct, 2))))};
  }
  static Sample<Exp2> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-155, 133, {-149.5, -126, 0, 127.99})}};
  }
};
BOOST_DESCRIBE_STRUCT(Exp2, (), ())

}  // namespace plumbline::spec
