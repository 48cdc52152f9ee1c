// l = |x − t|, as it is, summed or averaged
#pragma once

#include "spec/ops/arithmetic/sign.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct L1 {
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "l1",
                                    summary = "mean, sum or each of |x - t|; inputs x, t";
  static constexpr int arity = 2;
  static constexpr auto words = reduction_words;
  bool operator==(const L1&) const = default;

  Result<Shape> shape(const Shapes& in) const { return pointwise_shape(*this, in); }  // [l1 C1], [l1 C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Tensor<N>&x = in[0], &t = in[1];
    return reduce_terms<N>(*this, x.shape(), [&](Index i) { return N(abs(x[i] - t[i])); });
  }
  // dx = sign(x − t) ct, dt = −dx
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T dx = mul(call(Sign{}, sub(in[0], in[1])), term_cotangent(*this, ct, in[0].shape().size()));
    return {dx, neg(dx)};
  }
  static Sample<L1> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    return {{pick_reduction(choices)}, {shape, shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(L1, (), (reduction))

}  // namespace plumbline::spec
