// dx_i = ct_i − exp(y_i) Σ_j ct_j along an axis, y the log_softmax
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/norm/shift.h"

namespace plumbline::spec {

struct LogSoftmaxGrad {
  Index axis = -1;

  static constexpr std::string_view
      name = "log_softmax_grad",
      summary = "ct_i - exp(y_i) sum_j ct_j along an axis; inputs y = log_softmax(x), ct";
  static constexpr int arity = 2;
  bool operator==(const LogSoftmaxGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const { return gradient_along(*this, in); }  // [log_softmax_grad C1..C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return along_both(axis, in[0], in[1], [](Index n, auto&& y, auto&& ct, auto&& dx) {
      const N total = sum<N>(n, ct);
      for (Index i = 0; i < n; ++i) dx(i) = ct(i) - exp(y(i)) * total;
    });
  }
  // dy = −v e^y Σ ct, dct = v − Σ v e^y
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    const T moved = mul(v, call(Exp{}, in[0]));
    const auto total = [&](const T& a) { return call(Sum{{axis}, true}, a); };
    return {neg(mul(moved, total(in[1]))), sub(v, total(moved))};
  }
  static Sample<LogSoftmaxGrad> sample(Choices& choices) {
    const auto drawn = sample_along<LogSoftmaxGrad>(choices);
    return {drawn.op, {drawn.shapes[0], drawn.shapes[0]}, {Domain::within(-1e30, 0, {0, -88, -103})}};
  }
};
BOOST_DESCRIBE_STRUCT(LogSoftmaxGrad, (), (axis))

}  // namespace plumbline::spec
