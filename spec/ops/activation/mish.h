// y = x tanh(ln(1 + e^x))
#pragma once

#include "spec/ops/activation/mish_grad.h"

namespace plumbline::spec {

struct Mish {
  static constexpr std::string_view name = "mish", summary = "y = x tanh(ln(1 + exp(x)))";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"rational"};
  bool operator==(const Mish&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N zero(Index{0});
      return select(less(x, zero) & is_infinite(x), zero, x * tanh(log1p(exp(x))));
    });
  }
  // rational: as TanhOfSoftplus; 0 at −∞.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N zero(Index{0});
      const TanhOfSoftplus<N> f(x);
      return select(less(x, zero) & is_infinite(x), zero, x * (f.n / f.m));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(MishGrad{}, in[0], ct)};
  }
  static Sample<Mish> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {MishGrad::domain()}}; }
};
BOOST_DESCRIBE_STRUCT(Mish, (), ())

}  // namespace plumbline::spec
