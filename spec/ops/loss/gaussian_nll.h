// l = ½ (ln v + (x − t)²/v), v = max(var, eps); full: + ½ ln 2π
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/maximum.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/function/log.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct GaussianNll {
  bool full = false;     // with the constant
  double eps = 1e-6;     // the least variance; below it the gradient of var is 0
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "gaussian_nll",
                                    summary = "(ln v + (x - t)^2 / v) / 2, v = max(var, eps); full: + ln(2 "
                                              "pi) / 2; inputs x, t, var";
  static constexpr int arity = 3;
  static constexpr auto words = reduction_words;
  bool operator==(const GaussianNll&) const = default;

  // var may broadcast to the shape of x [gaussian_nll C4].
  Result<Shape> shape(const Shapes& in) const {
    if (!(eps > 0 && std::isfinite(eps))) return refuse(*this, 3, "eps must be finite and positive: ", eps);
    if (const auto both = broadcast(in[2], in[0]); !both || *both != in[0])
      return refuse(*this, 4, "var does not broadcast to x: ", in[2], " vs ", in[0]);
    return pointwise_shape(*this, {in[0], in[1]});  // [gaussian_nll C1], [gaussian_nll C2]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const auto at = broadcast_offsets(in[2].shape(), in[0].shape());
    return reduce_terms<N>(*this, in[0].shape(), [&](Index i) {
      const N d = in[0][i] - in[1][i], &var = in[2][at[static_cast<std::size_t>(i)]], two(Index{2});
      const N v = maximum(var, real(d, eps)), l = (log(v) + d * (d / v)) / two;
      return full ? N(l + log(two * pi(d)) / two) : l;
    });
  }
  // dx = (x − t)/v ct, dt = −dx, dvar = ½ (1 − (x − t)²/v)/v ct where var > eps
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T share = term_cotangent(*this, ct, in[0].shape().size()), least = literal(ct, eps);
    const T v = call(Maximum{}, in[2], least), d = sub(in[0], in[1]), relative = div(d, v), dx = mul(share, relative);
    const T half = mul(share, literal(ct, 0.5)), excess = sub(literal(ct, 1), mul(d, relative));
    const T dv = sum_to(div(mul(half, excess), v), in[2].shape());
    return {dx, neg(dx), Maximum{}.vjp(std::vector<T>{in[2], least}, v, dv)[0]};
  }
  static Sample<GaussianNll> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    const Shape var = choices.coin() ? pick_broadcastable(choices, shape) : shape;
    GaussianNll op{choices.coin(), 1e-6, pick_reduction(choices)};
    op.eps = choices.one_of<double>({1e-6, 1e-3, 0.25});
    return {op, {shape, shape, var}, {Domain::any(), Domain::any(), Domain::within(0, 1e30, {0, op.eps, 1})}};
  }
};
BOOST_DESCRIBE_STRUCT(GaussianNll, (), (full, eps, reduction))

}  // namespace plumbline::spec
