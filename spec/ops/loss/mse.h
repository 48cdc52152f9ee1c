// l = (x − t)², as it is, summed or averaged
#pragma once

#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct Mse {
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "mse", summary = "mean, sum or each of (x - t)^2; inputs x, t";
  static constexpr int arity = 2;
  static constexpr auto words = reduction_words;
  bool operator==(const Mse&) const = default;

  Result<Shape> shape(const Shapes& in) const { return pointwise_shape(*this, in); }  // [mse C1], [mse C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce_terms<N>(*this, in[0].shape(), [&](Index i) { return square(N(in[0][i] - in[1][i])); });
  }
  // dx = 2 (x − t) ct, dt = −dx
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T share = mul(term_cotangent(*this, ct, in[0].shape().size()), literal(ct, 2));
    const T dx = mul(sub(in[0], in[1]), share);
    return {dx, neg(dx)};
  }
  static Sample<Mse> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    return {{pick_reduction(choices)}, {shape, shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Mse, (), (reduction))

}  // namespace plumbline::spec
