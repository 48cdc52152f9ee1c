// y_i = x_i − ln Σ_j exp(x_j) along an axis
#pragma once

#include "spec/ops/norm/log_softmax_grad.h"

namespace plumbline::spec {

struct LogSoftmax {
  Index axis = -1;

  static constexpr std::string_view name = "log_softmax", summary = "y_i = x_i - log sum_j exp(x_j) along an axis";
  static constexpr int arity = 1;
  static constexpr std::array methods = softmax_methods;
  bool operator==(const LogSoftmax&) const = default;

  Result<Shape> shape(const Shapes& in) const { return shape_along(*this, in[0]); }  // [log_softmax C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return along(axis, in[0], [](Index n, auto&& x, auto&& y) {
      const N norm = log(sum<N>(n, [&](Index j) { return exp(x(j)); }));
      for (Index i = 0; i < n; ++i) y(i) = x(i) - norm;
    });
  }
  // (x_i − max x) − ln Σ_j exp(x_j − max x), which never overflows.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return along(axis, in[0], [&](Index n, auto&& x, auto&& y) {
      const auto [top, total] = shifted_sum<N>(n, x, method);
      const N norm = log(total);
      for (Index i = 0; i < n; ++i) y(i) = unless_contested(top, total, N(shifted(x(i), top) - norm));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {call(LogSoftmaxGrad{axis}, y, ct)};
  }
  static Sample<LogSoftmax> sample(Choices& choices) { return sample_along<LogSoftmax>(choices); }
};
BOOST_DESCRIBE_STRUCT(LogSoftmax, (), (axis))

}  // namespace plumbline::spec
