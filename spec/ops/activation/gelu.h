// y = x Φ(x) with the normal distribution function Φ, or Hendrycks and Gimpel's approximation of it by tanh
#pragma once

#include "spec/ops/activation/gelu_grad.h"

namespace plumbline::spec {

struct Gelu {
  std::string approximate = "none";  // or tanh

  static constexpr std::string_view name = "gelu";
  static constexpr std::string_view summary =
      "y = x/2 (1 + erf(x/sqrt 2)), or x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))";
  static constexpr int arity = 1;
  static constexpr auto words = approximation_words;
  static constexpr std::array<std::string_view, 1> methods{"summed"};
  bool operator==(const Gelu&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!known_approximation(approximate)) return refuse(*this, 1, "approximate is none or tanh, got ", approximate);
    return in[0];
  }
  // x Φ(x) with Φ(x) = erfc(−x/√2)/2, or σ(2g) for (1 + tanh g)/2: neither cancels for x < 0.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const bool exact = approximate == "none";
    return map(in[0], [&](const N& x) {
      if (exact) return x * erfc(-x / sqrt(ratio(x, 2, 1))) / N(Index{2});
      return x / (N(Index{1}) + exp(N(Index{-2}) * gelu_argument(x)));
    });
  }
  // summed: the form that kernels compute, x/2 (1 + erf(x/√2)) or x/2 (1 + tanh g); 0 at −∞.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    const bool exact = approximate == "none";
    return map(in[0], [&](const N& x) {
      const N zero(Index{0});
      const N s = exact ? erf(x / sqrt(ratio(x, 2, 1))) : tanh(gelu_argument(x));
      return select(less(x, zero) & is_infinite(x), zero, ratio(x, 1, 2) * x * (N(Index{1}) + s));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(GeluGrad{approximate}, in[0], ct)};
  }
  static Sample<Gelu> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    return {{choices.coin() ? "tanh" : "none"}, {shape}, {Domain::near({0, -0.7518, -5.5, 5.5, -13})}};
  }
};
BOOST_DESCRIBE_STRUCT(Gelu, (), (approximate))

}  // namespace plumbline::spec
