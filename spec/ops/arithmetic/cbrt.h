// y = ∛x
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Cbrt {
  static constexpr std::string_view name = "cbrt", summary = "y = the cube root of x";
  static constexpr int arity = 1;
  bool operator==(const Cbrt&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return cbrt(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {div(ct, mul(literal(ct, 3), mul(y, y)))};
  }
  static Sample<Cbrt> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -1, 1, 8})}};
  }
};
BOOST_DESCRIBE_STRUCT(Cbrt, (), ())

}  // namespace plumbline::spec
