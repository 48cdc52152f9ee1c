// y = λ x for x > 0, else λ α (e^x − 1), with constants that keep mean 0 and variance 1
#pragma once

#include "spec/ops/activation/exponential_unit.h"

namespace plumbline::spec {

struct Selu {
  // Klambauer, Unterthiner, Mayr, Hochreiter, Self-normalizing neural networks (2017)
  static constexpr double alpha = 1.6732632423543772848170429916717, scale = 1.0507009873554804934193349852946;

  static constexpr std::string_view name = "selu", summary = "y = scale x where x > 0, else scale alpha (exp(x) - 1)";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"expm1"};
  bool operator==(const Selu&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) { return unit<ByFormula>(x); });
  }
  // expm1: without the cancellation near 0.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) { return unit<ByExpm1>(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T lambda = literal(ct, scale);
    return {exponential_slope(ct, in[0], in[0], lambda, mul(lambda, literal(ct, alpha)))};
  }
  static Sample<Selu> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -17, -88.7, -103})}};
  }

 private:
  template <class Way, Number N>
  N unit(const N& x) const {
    const N lambda = real(x, scale);
    return select(less(N(Index{0}), x), lambda * x, lambda * (real(x, alpha) * Way::exponential(x)));
  }
};
BOOST_DESCRIBE_STRUCT(Selu, (), ())

}  // namespace plumbline::spec
