// y = |x|
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sign.h"

namespace plumbline::spec {

struct Abs {
  static constexpr std::string_view name = "abs", summary = "y = |x|";
  static constexpr int arity = 1;
  bool operator==(const Abs&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return abs(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {mul(ct, call(Sign{}, in[0]))};
  }
  static Sample<Abs> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0})}}; }
};
BOOST_DESCRIBE_STRUCT(Abs, (), ())

}  // namespace plumbline::spec
