// y = x²
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Square {
  static constexpr std::string_view name = "square", summary = "y = x * x";
  static constexpr int arity = 1;
  bool operator==(const Square&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return x * x; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {mul(ct, mul(in[0], literal(ct, 2)))};
  }
  static Sample<Square> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -1.8e19, 1.8e19})}};
  }
};
BOOST_DESCRIBE_STRUCT(Square, (), ())

}  // namespace plumbline::spec
