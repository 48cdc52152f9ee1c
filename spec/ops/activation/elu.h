// y = x for x > 0, else α (e^x − 1)
#pragma once

#include "spec/ops/activation/exponential_unit.h"

namespace plumbline::spec {

struct Elu {
  double alpha = 1;

  static constexpr std::string_view name = "elu", summary = "y = x where x > 0, else alpha (exp(x) - 1)";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"expm1"};
  bool operator==(const Elu&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!std::isfinite(alpha)) return refuse(*this, 1, "alpha is not finite: ", alpha);
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
    return {exponential_slope(ct, in[0], in[0], literal(ct, 1), literal(ct, alpha))};
  }
  static Sample<Elu> sample(Choices& choices) {
    const double alpha = choices.one_of<double>({1, 0.5, 2, 0, -0.75, 0.3});
    return {{alpha}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -17, -88.7, -103})}};
  }

 private:
  template <class Way, Number N>
  N unit(const N& x) const {
    return select(less(N(Index{0}), x), x, real(x, alpha) * Way::exponential(x));
  }
};
BOOST_DESCRIBE_STRUCT(Elu, (), (alpha))

}  // namespace plumbline::spec
