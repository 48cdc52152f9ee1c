// dx[n, c, i] = Σ over the outputs (o, p, q, r) and taps that read it of ct[n, o, p, q, r] w[o, c, k]
#pragma once

#include "spec/ops/conv/conv_gradients.h"

namespace plumbline::spec {

// [conv3d_input_grad C2] [conv3d_input_grad C3] [conv3d_input_grad C5..C8]; size: depth, height, width of x
struct Conv3dInputGrad : ConvInputGrad<Conv3dInputGrad, 3> {
  static constexpr std::string_view name = "conv3d_input_grad", summary = "the cotangent of conv3d's x; inputs ct, w";
  bool operator==(const Conv3dInputGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(Conv3dInputGrad, (), (size, stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv3d.h"
