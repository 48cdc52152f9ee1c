// y = (Σ x of each window) / (the window's size, or the number of its elements that are not padding)
#pragma once

#include "spec/ops/conv/avg_pool2d_grad.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::spec {

struct AvgPool2d {
  Axes kernel{2}, stride{}, padding{0};  // 1 or 2 numbers; stride empty: the kernel; padding 1, 2 or 4
  bool count_include_pad = true;

  static constexpr std::string_view name = "avg_pool2d", summary = "the mean of each window of [N,C,H,W]";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"divided", "scaled"};
  bool operator==(const AvgPool2d&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto w = pool_windows(*this, in[0]);  // [avg_pool2d C1..C4]
    if (!w) return tl::unexpected(w.error());
    const Shape out = pooled_shape(in[0], *w);
    if (!out.valid()) return refuse(*this, 5, "shape ", out, " is too large");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return averages(in, /*scaled=*/false);
  }
  // divided: the textbook. scaled: Σ x · (1/count).
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return averages(in, /*scaled=*/method == "scaled");
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& x = in[0].shape();
    return {call(AvgPool2dGrad{{x[2], x[3]}, kernel, stride, padding, count_include_pad}, ct)};
  }
  static Sample<AvgPool2d> sample(Choices& choices) {
    AvgPool2d op;
    const Shape x = sample_pool(choices, op);
    op.count_include_pad = !choices.coin();
    return {op, {x}, {}};
  }

 private:
  template <Number N>
  Tensor<N> averages(const Tensors<N>& in, bool scaled) const {
    const Windows w = *pool_windows(*this, in[0].shape());
    return pool(in[0], w, [&](Index n, auto&& x) {
      return average<N>(n, x, count_include_pad ? w[0].kernel * w[1].kernel : n, scaled);
    });
  }
};
BOOST_DESCRIBE_STRUCT(AvgPool2d, (), (kernel, stride, padding, count_include_pad))

template <TensorLike T>
std::vector<T> AvgPool2dGrad::vjp(const std::vector<T>&, const T&, const T& v) const {
  return {call(AvgPool2d{kernel, stride, padding, count_include_pad}, v)};
}

}  // namespace plumbline::spec
