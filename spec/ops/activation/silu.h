// y = x / (1 + e^−x)
#pragma once

#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/arithmetic/add.h"

namespace plumbline::spec {

struct Silu {
  static constexpr std::string_view name = "silu", summary = "y = x / (1 + exp(-x))";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  bool operator==(const Silu&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N zero(Index{0});
      return select(less(x, zero) & is_infinite(x), zero, x / (N(Index{1}) + exp(-x)));
    });
  }
  // split: x e^x / (1 + e^x) for x < 0, so that the exponential never overflows; 0 at −∞.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N zero(Index{0}), one(Index{1});
      const Truth negative = less(x, zero);
      const N e = exp(select(negative, x, -x));
      return select(negative & is_infinite(x), zero, x * select(negative, e, one) / (one + e));
    });
  }
  // dx = ct (s + y (1 − s)) with s = σ(x)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const T s = call(Sigmoid{}, in[0]);
    return {mul(ct, add(s, mul(y, sub(literal(y, 1), s))))};
  }
  static Sample<Silu> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-0x1p20, 0x1p20, {0, -1.278, -17, 17, -88.7, -103})}};
  }
};
BOOST_DESCRIBE_STRUCT(Silu, (), ())

}  // namespace plumbline::spec
