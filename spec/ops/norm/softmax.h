// y_i = exp(x_i) / Σ_j exp(x_j) along an axis
#pragma once

#include "spec/ops/norm/softmax_grad.h"

namespace plumbline::spec {

struct Softmax {
  Index axis = -1;

  static constexpr std::string_view name = "softmax", summary = "y_i = exp(x_i) / sum_j exp(x_j) along an axis";
  static constexpr int arity = 1;
  static constexpr std::array methods = softmax_methods;
  bool operator==(const Softmax&) const = default;

  Result<Shape> shape(const Shapes& in) const { return shape_along(*this, in[0]); }  // [softmax C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return along(axis, in[0], [](Index n, auto&& x, auto&& y) {
      const N total = sum<N>(n, [&](Index j) { return exp(x(j)); });
      for (Index i = 0; i < n; ++i) y(i) = exp(x(i)) / total;
    });
  }
  // exp(x_i − max x) / Σ_j exp(x_j − max x), which never overflows.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return along(axis, in[0], [&](Index n, auto&& x, auto&& y) {
      const bool online = method == "online";
      ShiftedSum<N> s = online ? online_sum<N>(n, x) : ShiftedSum<N>{max_of<N>(n, x), N(Index{0})};
      for (Index i = 0; i < n; ++i) y(i) = exp(shifted(x(i), s.top));
      if (!online) s.total = sum<N>(n, y);
      for (Index i = 0; i < n; ++i) y(i) = unless_contested(s.top, s.total, N(y(i) / s.total));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {call(SoftmaxGrad{axis}, y, ct)};
  }
  static Sample<Softmax> sample(Choices& choices) { return sample_along<Softmax>(choices); }
};
BOOST_DESCRIBE_STRUCT(Softmax, (), (axis))

}  // namespace plumbline::spec
