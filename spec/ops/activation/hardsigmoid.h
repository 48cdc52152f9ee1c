// y = min(max(x + 3, 0), 6) / 6, with derivative 0 at and outside the ends
#pragma once

#include "spec/ops/arithmetic/clamp.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Hardsigmoid {
  static constexpr std::string_view name = "hardsigmoid", summary = "y = x + 3 brought into [0, 6], divided by 6";
  static constexpr int arity = 1;
  bool operator==(const Hardsigmoid&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return clamped(x + N(Index{3}), 0, 6) / N(Index{6}); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {div(call(ClampGrad{-3, 3}, in[0], ct), literal(ct, 6))};
  }
  static Sample<Hardsigmoid> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-5, 5, {-3, 0, 3})}};
  }
};
BOOST_DESCRIBE_STRUCT(Hardsigmoid, (), ())

}  // namespace plumbline::spec
