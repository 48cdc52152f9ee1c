// y = ln(1 + e^(βx)) / β, or x itself where βx > threshold
#pragma once

#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/activation/softplus_split.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/compare/greater.h"
#include "spec/ops/compare/where.h"

namespace plumbline::spec {

struct Softplus {
  double beta = 1;
  double threshold = std::numeric_limits<double>::infinity();  // beyond it y = x; 20 in PyTorch

  static constexpr std::string_view name = "softplus";
  static constexpr std::string_view summary = "y = ln(1 + exp(beta x)) / beta, or x where beta x > threshold";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  bool operator==(const Softplus&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!std::isfinite(beta) || beta == 0) return refuse(*this, 1, "beta is zero or not finite: ", beta);
    if (!(threshold > -std::numeric_limits<double>::infinity()))
      return refuse(*this, 2, "threshold is neither finite nor +inf: ", threshold);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) {
      const N b = real(x, beta), t = b * x;
      return linear_beyond(t, x, log(N(Index{1}) + exp(t)) / b);
    });
  }
  // split: x + ln(1 + e^−|βx|)/β for βx ≥ 0, so that neither the exponential nor βx overflows the result.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) {
      const N zero(Index{0}), b = real(x, beta), t = b * x;
      const Truth negative = less(t, zero);
      const N rest = log1p(exp(select(negative, t, -t))) / b;
      return linear_beyond(t, x, select(negative, zero, x) + rest);
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T t = mul(in[0], literal(ct, beta)), slope = mul(ct, call(Sigmoid{}, t));
    if (std::isinf(threshold)) return {slope};
    return {where(call(Greater{}, t, literal(ct, threshold)), ct, slope)};
  }
  static Sample<Softplus> sample(Choices& choices) {
    Softplus op;
    op.beta = choices.one_of<double>({1, 2, 0.5, -1, 0.3, 3});
    if (choices.coin()) op.threshold = choices.one_of<double>({20, 0, 3.5, -1});
    const double edge = std::isinf(op.threshold) ? 17 : op.threshold;
    const std::vector<double> at{0, edge / op.beta, edge, -17 / op.beta, 88.7 / op.beta, -103 / op.beta};
    const Domain domain = Domain::within(-0x1p18, 0x1p18, at);
    return {op, {pick_shape(choices, 0, 4)}, {domain}};
  }

 private:
  template <Number N>
  N linear_beyond(const N& t, const N& x, const N& y) const {
    return std::isinf(threshold) ? y : N(select(less(real(x, threshold), t), x, y));
  }
};
BOOST_DESCRIBE_STRUCT(Softplus, (), (beta, threshold))

}  // namespace plumbline::spec
