// y[n, o, p, q] = Σ_{c, k, l} x[n, c, p·s − before + k·d, q·s − before + l·d] w[o, c, k, l] + b[o]; NCHW, OIHW
#pragma once

#include "spec/ops/conv/conv_family.h"
#include "spec/ops/conv/winograd.h"

namespace plumbline::spec {

// [conv2d C1..C6]
struct Conv2d : ConvForward<Conv2d, 2> {
  static constexpr std::string_view name = "conv2d",
                                    summary =
                                        "cross-correlation of x [N,C,H,W] with w [O,C/groups,h,w]; inputs x, w[, b]";
  static constexpr std::array<std::string_view, 3> methods{"direct", "im2col", "winograd_2x2"};
  bool operator==(const Conv2d&) const = default;

  // winograd_2x2: F(2×2, 3×3). For other kernels, strides and dilations there is none: it reads direct.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    const Convolution c = geometry(in);
    return method == "winograd_2x2" && has_winograd(c) ? winograd(c, in) : ConvForward::method(method, in);
  }
};
BOOST_DESCRIBE_STRUCT(Conv2d, (), (stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv2d_input_grad.h"
#include "spec/ops/conv/conv2d_weight_grad.h"
