// y = 1 / √x
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Rsqrt {
  static constexpr std::string_view name = "rsqrt", summary = "y = 1 / the square root of x";
  static constexpr int arity = 1;
  bool operator==(const Rsqrt&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return N(Index{1}) / sqrt(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {mul(mul(ct, literal(ct, -0.5)), mul(y, mul(y, y)))};
  }
  static Sample<Rsqrt> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(0, 1e30, {0, 1})}};
  }
};
BOOST_DESCRIBE_STRUCT(Rsqrt, (), ())

}  // namespace plumbline::spec
