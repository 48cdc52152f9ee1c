// dx_i = y_i (ct_i − Σ_j ct_j y_j) along an axis, y the softmax
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/norm/shift.h"

namespace plumbline::spec {

struct SoftmaxGrad {
  Index axis = -1;

  static constexpr std::string_view name = "softmax_grad",
                                    summary = "y_i (ct_i - sum_j ct_j y_j) along an axis; inputs y = softmax(x), ct";
  static constexpr int arity = 2;
  bool operator==(const SoftmaxGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const { return gradient_along(*this, in); }  // [softmax_grad C1..C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return along_both(axis, in[0], in[1], [](Index n, auto&& y, auto&& ct, auto&& dx) {
      const N inner = sum<N>(n, [&](Index j) { return N(ct(j) * y(j)); });
      for (Index i = 0; i < n; ++i) dx(i) = y(i) * (ct(i) - inner);
    });
  }
  // dy = v (ct − Σ ct·y) − ct Σ v·y, dct = y (v − Σ v·y)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    const T &y = in[0], &ct = in[1];
    const auto inner = [&](const T& a) { return call(Sum{{axis}, true}, mul(a, y)); };
    return {sub(mul(v, sub(ct, inner(ct))), mul(ct, inner(v))), call(*this, y, v)};
  }
  static Sample<SoftmaxGrad> sample(Choices& choices) {
    const auto drawn = sample_along<SoftmaxGrad>(choices);
    return {drawn.op, {drawn.shapes[0], drawn.shapes[0]}, {Domain::within(0, 1, {0, 1})}};
  }
};
BOOST_DESCRIBE_STRUCT(SoftmaxGrad, (), (axis))

}  // namespace plumbline::spec
