// y = cos x
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/neg.h"
#include "spec/ops/function/angles.h"

namespace plumbline::spec {

struct Cos {
  static constexpr std::string_view name = "cos", summary = "y = cos x";
  static constexpr int arity = 1;
  bool operator==(const Cos&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return cos(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const;  // in sin.h
  static Sample<Cos> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {angles()}}; }
};
BOOST_DESCRIBE_STRUCT(Cos, (), ())

}  // namespace plumbline::spec

#include "spec/ops/function/sin.h"
