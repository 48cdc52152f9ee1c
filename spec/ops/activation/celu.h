// y = x for x > 0, else α (e^(x/α) − 1), which has a continuous derivative
#pragma once

#include "spec/ops/activation/exponential_unit.h"
#include "spec/ops/arithmetic/div.h"

namespace plumbline::spec {

struct Celu {
  double alpha = 1;

  static constexpr std::string_view name = "celu", summary = "y = x where x > 0, else alpha (exp(x / alpha) - 1)";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"expm1"};
  bool operator==(const Celu&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(alpha > 0 && std::isfinite(alpha))) return refuse(*this, 1, "alpha is not positive and finite: ", alpha);
    return in[0];
  }
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
    const T one = literal(ct, 1);
    return {exponential_slope(ct, in[0], div(in[0], literal(ct, alpha)), one, one)};
  }
  static Sample<Celu> sample(Choices& choices) {
    const double alpha = choices.one_of<double>({1, 0.5, 2, 0.3, 64});
    return {{alpha}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -17 * alpha, -88.7 * alpha, -103 * alpha})}};
  }

 private:
  template <class Way, Number N>
  N unit(const N& x) const {
    const N a = real(x, alpha);
    return select(less(N(Index{0}), x), x, a * Way::exponential(x / a));
  }
};
BOOST_DESCRIBE_STRUCT(Celu, (), (alpha))

}  // namespace plumbline::spec
