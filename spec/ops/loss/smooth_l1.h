// l = d²/(2 beta) where |d| < beta, else |d| − beta/2; d = x − t
#pragma once

#include "spec/ops/arithmetic/clamp.h"
#include "spec/ops/arithmetic/sign.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct SmoothL1 {
  std::string reduction = "mean";  // none, mean or sum
  double beta = 1;                 // where the parabola goes over into lines; 0: the loss is l1

  static constexpr std::string_view name = "smooth_l1",
                                    summary = "d^2/(2 beta) where |d| < beta, else |d| - beta/2, d = x - "
                                              "t; inputs x, t";
  static constexpr int arity = 2;
  static constexpr auto words = reduction_words;
  bool operator==(const SmoothL1&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(beta >= 0 && std::isfinite(beta))) return refuse(*this, 3, "beta must be finite and not negative: ", beta);
    return pointwise_shape(*this, in);  // [smooth_l1 C1], [smooth_l1 C2]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce_terms<N>(*this, in[0].shape(), [&](Index i) {
      const N d = in[0][i] - in[1][i], size = abs(d);
      if (beta == 0) return size;
      const N edge = real(d, beta), half = ratio(d, 1, 2);
      return N(select(less(size, edge), half * (d * (d / edge)), size - half * edge));
    });
  }
  // dx = d/beta brought into [−1, 1], times ct
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T d = sub(in[0], in[1]), share = term_cotangent(*this, ct, in[0].shape().size());
    const T slope = beta == 0 ? call(Sign{}, d) : call(Clamp{-1, 1}, div(d, literal(d, beta)));
    const T dx = mul(slope, share);
    return {dx, neg(dx)};
  }
  static Sample<SmoothL1> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    const std::string reduction = pick_reduction(choices);
    const double beta = choices.one_of<double>({1, 0.5, 0.3, 3, 0});
    return {{reduction, beta}, {shape, shape}, {Domain::near({0, beta, -beta}), Domain::near({0})}};
  }
};
BOOST_DESCRIBE_STRUCT(SmoothL1, (), (reduction, beta))

}  // namespace plumbline::spec
