// dw[o, c, k] = Σ over the batch and the outputs (p) of x[n, c, i(p, k)] ct[n, o, p]
#pragma once

#include "spec/ops/conv/conv_gradients.h"

namespace plumbline::spec {

struct Conv1d;
struct Conv1dInputGrad;
struct Conv1dWeightGrad;
template <>
struct ConvFamily<1> {
  using Forward = Conv1d;
  using InputGrad = Conv1dInputGrad;
  using WeightGrad = Conv1dWeightGrad;
};

// [conv1d_weight_grad C1] [conv1d_weight_grad C3] [conv1d_weight_grad C5..C8]; kernel: length of w
struct Conv1dWeightGrad : ConvWeightGrad<Conv1dWeightGrad, 1> {
  static constexpr std::string_view name = "conv1d_weight_grad", summary = "the cotangent of conv1d's w; inputs x, ct";
  bool operator==(const Conv1dWeightGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(Conv1dWeightGrad, (), (kernel, stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv1d.h"
