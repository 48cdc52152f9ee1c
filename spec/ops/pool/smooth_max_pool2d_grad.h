// dx_i = Σ over the windows that read x_i of ct e^(βx_i) / Σ e^(βx)
#pragma once

#include "spec/ops/pool/smooth_max_pooling.h"

namespace plumbline::spec {

// [smooth_max_pool2d_grad C1..C7]
struct SmoothMaxPool2dGrad : SmoothMaxGrad<SmoothMaxPool2dGrad> {
  static constexpr std::string_view name = "smooth_max_pool2d_grad",
                                    summary = "ct shared among the x of each window by their softmax; inputs x, ct";
  bool operator==(const SmoothMaxPool2dGrad&) const = default;

  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    return {smooth_slope<SmoothMaxPool2dGrad, SmoothMaxPool2dPick>(*this, in[0], in[1], v),
            call(with_attributes<SmoothMaxPool2dPick, SmoothMaxAttributes<2>>(*this), in[0], v)};
  }
  static Sample<SmoothMaxPool2dGrad> sample(Choices& choices) {
    auto sample = sample_smooth<SmoothMaxPool2dGrad>(choices);
    sample.shapes.push_back(*pooled(sample.op, sample.shapes[0]));
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(SmoothMaxPool2dGrad, (), (kernel, stride, padding, dilation, ceil_mode, beta))

}  // namespace plumbline::spec

#include "spec/ops/pool/smooth_max_pool2d_pick.h"
