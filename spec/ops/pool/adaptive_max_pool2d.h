// y = the largest x of each bin; padding is ignored, NaN wins, the first winner takes the derivative
#pragma once

#include "spec/ops/pool/max_pooling.h"

namespace plumbline::spec {

// [adaptive_max_pool2d C1..C5]
struct AdaptiveMaxPool2d : MaxPool<AdaptiveMaxPool2d, AdaptiveAttributes<2>> {
  static constexpr std::string_view name = "adaptive_max_pool2d", summary = "the largest x of each bin of [N,C,H,W]";
  bool operator==(const AdaptiveMaxPool2d&) const = default;
};
BOOST_DESCRIBE_STRUCT(AdaptiveMaxPool2d, (), (output_size))

struct AdaptiveMaxPool2dGrad;
struct AdaptiveMaxPool2dPick;
template <>
struct MaxFamily<AdaptiveAttributes<2>> {
  using Pool = AdaptiveMaxPool2d;
  using Grad = AdaptiveMaxPool2dGrad;
  using Pick = AdaptiveMaxPool2dPick;
};

}  // namespace plumbline::spec

#include "spec/ops/pool/adaptive_max_pool2d_grad.h"
#include "spec/ops/pool/adaptive_max_pool2d_pick.h"
