// y = arctan x
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Atan {
  static constexpr std::string_view name = "atan", summary = "y = arctan x";
  static constexpr int arity = 1;
  bool operator==(const Atan&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return atan(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {div(ct, add(literal(ct, 1), mul(in[0], in[0])))};
  }
  static Sample<Atan> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -1, 1, 0x1p24})}};
  }
};
BOOST_DESCRIBE_STRUCT(Atan, (), ())

}  // namespace plumbline::spec
