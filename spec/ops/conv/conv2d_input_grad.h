// dx[n, c, i] = Σ over the outputs (o, p, q) and taps that read it of ct[n, o, p, q] w[o, c, k]
#pragma once

#include "spec/ops/conv/conv_gradients.h"

namespace plumbline::spec {

// [conv2d_input_grad C2] [conv2d_input_grad C3] [conv2d_input_grad C5..C8]; size: height, width of x
struct Conv2dInputGrad : ConvInputGrad<Conv2dInputGrad, 2> {
  static constexpr std::string_view name = "conv2d_input_grad", summary = "the cotangent of conv2d's x; inputs ct, w";
  bool operator==(const Conv2dInputGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(Conv2dInputGrad, (), (size, stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv2d.h"
