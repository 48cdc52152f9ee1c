// y = tanh x
#pragma once

#include "spec/ops/elementwise/mul.h"
#include "spec/ops/elementwise/sub.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Tanh {
  static constexpr std::string_view name = "tanh", summary = "y = tanh x";
  static constexpr int arity = 1;
  bool operator==(const Tanh&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return tanh(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {mul(ct, sub(literal(y, 1), mul(y, y)))};
  }
  static Sample<Tanh> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -9, 9})}}; }
};
BOOST_DESCRIBE_STRUCT(Tanh, (), ())

}  // namespace plumbline::spec
