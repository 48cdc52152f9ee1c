// l = (x − t)², as it is, summed or averaged
#pragma once

#include "spec/ops/elementwise/sub.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct Mse {
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "mse", summary = "mean, sum or each of (x - t)^2; inputs x, t";
  static constexpr int arity = 2;
  bool operator==(const Mse&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (in[0] != in[1]) return refuse(*this, 1, "shapes differ: ", in[0], " vs ", in[1]);
    return loss_shape(*this, 2, in[0]);  // [mse C2]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Tensor<N>&x = in[0], &t = in[1];
    const auto term = [&](Index i) { return square(N(x[i] - t[i])); };
    if (reduction == "none") return Tensor<N>::generate(x.shape(), term);
    const N total = sum<N>(x.size(), term);
    return Tensor<N>::scalar(reduction == "mean" ? N(total / N(x.size())) : total);
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
