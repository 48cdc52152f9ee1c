// y = the largest x of each window; padding is ignored, NaN wins, the first winner takes the derivative
#pragma once

#include "spec/ops/pool/max_pooling.h"

namespace plumbline::spec {

// [max_pool1d C1..C5]
struct MaxPool1d : MaxPool<MaxPool1d, MaxPoolAttributes<1>> {
  static constexpr std::string_view name = "max_pool1d", summary = "the largest x of each window of [N,C,L]";
  bool operator==(const MaxPool1d&) const = default;
};
BOOST_DESCRIBE_STRUCT(MaxPool1d, (), (kernel, stride, padding, dilation, ceil_mode))

struct MaxPool1dGrad;
struct MaxPool1dPick;
template <>
struct MaxFamily<MaxPoolAttributes<1>> {
  using Pool = MaxPool1d;
  using Grad = MaxPool1dGrad;
  using Pick = MaxPool1dPick;
};

}  // namespace plumbline::spec

#include "spec/ops/pool/max_pool1d_grad.h"
#include "spec/ops/pool/max_pool1d_pick.h"
