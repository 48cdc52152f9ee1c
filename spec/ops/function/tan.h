// y = tan x = sin x / cos x
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/function/angles.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Tan {
  static constexpr std::string_view name = "tan", summary = "y = tan x";
  static constexpr int arity = 1;
  bool operator==(const Tan&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return sin(x) / cos(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {mul(ct, add(literal(ct, 1), mul(y, y)))};
  }
  static Sample<Tan> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {angles()}}; }
};
BOOST_DESCRIBE_STRUCT(Tan, (), ())

}  // namespace plumbline::spec
