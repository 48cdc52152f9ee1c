// y = √x
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Sqrt {
  static constexpr std::string_view name = "sqrt", summary = "y = the square root of x";
  static constexpr int arity = 1;
  bool operator==(const Sqrt&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return sqrt(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {div(ct, mul(y, literal(y, 2)))};
  }
  static Sample<Sqrt> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(0, 1e30, {0, 1})}};
  }
};
BOOST_DESCRIBE_STRUCT(Sqrt, (), ())

}  // namespace plumbline::spec
