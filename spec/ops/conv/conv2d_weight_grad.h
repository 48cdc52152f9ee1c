// dw[o, c, k] = Σ over the batch and the outputs (p, q) of x[n, c, i(p, q, k)] ct[n, o, p, q]
#pragma once

#include "spec/ops/conv/conv_gradients.h"

namespace plumbline::spec {

struct Conv2d;
struct Conv2dInputGrad;
struct Conv2dWeightGrad;
template <>
struct ConvFamily<2> {
  using Forward = Conv2d;
  using InputGrad = Conv2dInputGrad;
  using WeightGrad = Conv2dWeightGrad;
};

// [conv2d_weight_grad C1] [conv2d_weight_grad C3] [conv2d_weight_grad C5..C8]; kernel: height, width of w
struct Conv2dWeightGrad : ConvWeightGrad<Conv2dWeightGrad, 2> {
  static constexpr std::string_view name = "conv2d_weight_grad", summary = "the cotangent of conv2d's w; inputs x, ct";
  bool operator==(const Conv2dWeightGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(Conv2dWeightGrad, (), (kernel, stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv2d.h"
