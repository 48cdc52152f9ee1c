// y = |x| / (1 + |x|)
#pragma once

#include "spec/ops/arithmetic/abs.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Saturation {
  static constexpr std::string_view name = "saturation", summary = "y = |x| / (1 + |x|)";
  static constexpr int arity = 1;
  bool operator==(const Saturation&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  // The limits at ±∞ are 1, where the formula alone would say ∞/∞.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N one(Index{1}), t = abs(x);
      return select(is_infinite(x), one, t / (one + t));
    });
  }
  // dx = ct sign(x) / (1 + |x|)², divided twice so that nothing overflows; 0 at 0
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T t = add(literal(ct, 1), call(Abs{}, in[0]));
    return {mul(div(div(ct, t), t), call(Sign{}, in[0]))};
  }
  static Sample<Saturation> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -1, 1, -16777216, 16777216})}};
  }
};
BOOST_DESCRIBE_STRUCT(Saturation, (), ())

}  // namespace plumbline::spec
