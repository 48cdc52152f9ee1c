// y = 1 / x
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/neg.h"

namespace plumbline::spec {

struct Reciprocal {
  static constexpr std::string_view name = "reciprocal", summary = "y = 1 / x";
  static constexpr int arity = 1;
  bool operator==(const Reciprocal&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return N(Index{1}) / x; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {neg(mul(ct, mul(y, y)))};
  }
  static Sample<Reciprocal> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0})}}; }
};
BOOST_DESCRIBE_STRUCT(Reciprocal, (), ())

}  // namespace plumbline::spec
