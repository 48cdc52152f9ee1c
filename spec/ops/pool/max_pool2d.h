// y = the largest x of each window; padding is ignored, NaN wins, the first winner takes the derivative
#pragma once

#include "spec/ops/pool/max_pooling.h"

namespace plumbline::spec {

// [max_pool2d C1..C5]
struct MaxPool2d : MaxPool<MaxPool2d, MaxPoolAttributes<2>> {
  static constexpr std::string_view name = "max_pool2d", summary = "the largest x of each window of [N,C,H,W]";
  bool operator==(const MaxPool2d&) const = default;
};
BOOST_DESCRIBE_STRUCT(MaxPool2d, (), (kernel, stride, padding, dilation, ceil_mode))

struct MaxPool2dGrad;
struct MaxPool2dPick;
template <>
struct MaxFamily<MaxPoolAttributes<2>> {
  using Pool = MaxPool2d;
  using Grad = MaxPool2dGrad;
  using Pick = MaxPool2dPick;
};

}  // namespace plumbline::spec

#include "spec/ops/pool/max_pool2d_grad.h"
#include "spec/ops/pool/max_pool2d_pick.h"
