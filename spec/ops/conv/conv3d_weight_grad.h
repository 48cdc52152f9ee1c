// dw[o, c, k] = Σ over the batch and the outputs (p, q, r) of x[n, c, i(p, q, r, k)] ct[n, o, p, q, r]
#pragma once

#include "spec/ops/conv/conv_gradients.h"

namespace plumbline::spec {

struct Conv3d;
struct Conv3dInputGrad;
struct Conv3dWeightGrad;
template <>
struct ConvFamily<3> {
  using Forward = Conv3d;
  using InputGrad = Conv3dInputGrad;
  using WeightGrad = Conv3dWeightGrad;
};

// [conv3d_weight_grad C1] [conv3d_weight_grad C3] [conv3d_weight_grad C5..C8]; kernel: depth, height, width of w
struct Conv3dWeightGrad : ConvWeightGrad<Conv3dWeightGrad, 3> {
  static constexpr std::string_view name = "conv3d_weight_grad", summary = "the cotangent of conv3d's w; inputs x, ct";
  bool operator==(const Conv3dWeightGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(Conv3dWeightGrad, (), (kernel, stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv3d.h"
