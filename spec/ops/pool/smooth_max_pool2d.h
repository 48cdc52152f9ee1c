// y = (1/β) ln Σ e^(βx) over each window: log-sum-exp with inverse temperature β; padding is ignored
#pragma once

#include "spec/ops/pool/smooth_max_pool2d_grad.h"

namespace plumbline::spec {

// [smooth_max_pool2d C1..C5], [smooth_max_pool2d C7]
struct SmoothMaxPool2d : SmoothMaxAttributes<2> {
  static constexpr std::string_view name = "smooth_max_pool2d",
                                    summary = "log(sum(exp(beta x))) / beta over each window of [N,C,H,W]";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  bool operator==(const SmoothMaxPool2d&) const = default;

  Result<Shape> shape(const Shapes& in) const { return smooth_pooled(*this, in[0]); }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return pool(*this, in[0], [&](const Reads& window, auto&& x) {
      const auto n = static_cast<Index>(window.taps.size());
      return N(log(sum<N>(n, [&](Index k) { return N(exp(N(x(k) * real(x(k), beta)))); })) / real(x(0), beta));
    });
  }
  // shifted: p + (1/β) ln Σ e^(β(x − p)) with p the largest of βx over β, which never overflows; ±∞ where p is.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return pool(*this, in[0], [&](const Reads& window, auto&& x) {
      const auto n = static_cast<Index>(window.taps.size());
      const N p = pivot_of<N>(n, x, beta);
      const N rest = log(sum<N>(n, [&](Index k) { return N(exp(N((x(k) - p) * real(p, beta)))); })) / real(p, beta);
      return N(select(is_infinite(p), p, p + rest));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(with_attributes<SmoothMaxPool2dGrad, SmoothMaxAttributes<2>>(*this), in[0], ct)};
  }
  static Sample<SmoothMaxPool2d> sample(Choices& choices) { return sample_smooth<SmoothMaxPool2d>(choices); }
};
BOOST_DESCRIBE_STRUCT(SmoothMaxPool2d, (), (kernel, stride, padding, dilation, ceil_mode, beta))

}  // namespace plumbline::spec
