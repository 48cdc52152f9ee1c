// y = Σ v e^(βx) / Σ e^(βx) of each window: the mean of v by the softmax of x; the adjoint of smooth_max_pool2d_grad
#pragma once

#include "spec/ops/pool/smooth_max_pool2d_grad.h"

namespace plumbline::spec {

// [smooth_max_pool2d_pick C1..C7]
struct SmoothMaxPool2dPick : SmoothMaxAttributes<2> {
  static constexpr std::string_view name = "smooth_max_pool2d_pick",
                                    summary = "the mean of v by the softmax of x over each window; inputs x, v";
  static constexpr int arity = 2;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  bool operator==(const SmoothMaxPool2dPick&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    auto out = smooth_pooled(*this, in[0]);
    if (out && in[1] != in[0]) return refuse(*this, 6, "shapes differ: ", in[0], " vs ", in[1]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return means(in, /*shifted=*/false);
  }
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return means(in, /*shifted=*/true);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {smooth_slope<SmoothMaxPool2dGrad, SmoothMaxPool2dPick>(*this, in[0], ct, in[1]),
            call(with_attributes<SmoothMaxPool2dGrad, SmoothMaxAttributes<2>>(*this), in[0], ct)};
  }
  static Sample<SmoothMaxPool2dPick> sample(Choices& choices) {
    auto sample = sample_smooth<SmoothMaxPool2dPick>(choices);
    sample.shapes.push_back(sample.shapes[0]);
    return sample;
  }

 private:
  template <Number N>
  Tensor<N> means(const Tensors<N>& in, bool shifted) const {
    return pool(*this, in[0], [&](const Reads& window, auto&& x) {
      const auto n = static_cast<Index>(window.taps.size());
      const std::vector<N> s = smooth_weights<N>(n, x, beta, shifted);
      return sum<N>(
          n, [&](Index k) { return N(in[1][&x(k) - in[0].elements().data()] * s[static_cast<std::size_t>(k)]); });
    });
  }
};
BOOST_DESCRIBE_STRUCT(SmoothMaxPool2dPick, (), (kernel, stride, padding, dilation, ceil_mode, beta))

}  // namespace plumbline::spec
