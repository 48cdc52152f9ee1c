// dx[n, c, i] = Σ over the outputs (o, p) and taps that read it of ct[n, o, p] w[o, c, k]
#pragma once

#include "spec/ops/conv/conv_gradients.h"

namespace plumbline::spec {

// [conv1d_input_grad C2] [conv1d_input_grad C3] [conv1d_input_grad C5..C8]; size: length of x
struct Conv1dInputGrad : ConvInputGrad<Conv1dInputGrad, 1> {
  static constexpr std::string_view name = "conv1d_input_grad", summary = "the cotangent of conv1d's x; inputs ct, w";
  bool operator==(const Conv1dInputGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(Conv1dInputGrad, (), (size, stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv1d.h"
