// y = the largest x of each window; padding is ignored, NaN wins, the first winner takes the derivative
#pragma once

#include "spec/ops/conv/max_pool2d_grad.h"

namespace plumbline::spec {

struct MaxPool2d {
  Axes kernel{2}, stride{}, padding{0}, dilation{1};  // 1 or 2 numbers; stride empty: the kernel; padding 1, 2 or 4

  static constexpr std::string_view name = "max_pool2d", summary = "the largest x of each window of [N,C,H,W]";
  static constexpr int arity = 1;
  bool operator==(const MaxPool2d&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto w = pool_windows(*this, in[0]);  // [max_pool2d C1..C4]
    if (!w) return tl::unexpected(w.error());
    const Shape out = pooled_shape(in[0], *w);
    if (!out.valid()) return refuse(*this, 5, "shape ", out, " is too large");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return pool(in[0], *pool_windows(*this, in[0].shape()), [](Index n, auto&& x) {
      N best = x(0);
      for (Index k = 1; k < n; ++k) best = select(takes_over(x(k), best), x(k), best);
      return best;
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(MaxPool2dGrad{kernel, stride, padding, dilation}, in[0], ct)};
  }
  static Sample<MaxPool2d> sample(Choices& choices) {
    MaxPool2d op;
    const Shape x = sample_pool(choices, op);
    return {op, {x}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(MaxPool2d, (), (kernel, stride, padding, dilation))

}  // namespace plumbline::spec
