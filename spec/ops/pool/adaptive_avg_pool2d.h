// y = the mean x of each bin ⌊o·in/out⌋ … ⌈(o + 1)·in/out⌉
#pragma once

#include "spec/ops/pool/avg_pooling.h"

namespace plumbline::spec {

// [adaptive_avg_pool2d C1..C5]
struct AdaptiveAvgPool2d : AvgPool<AdaptiveAvgPool2d, AdaptiveAvgAttributes<2>> {
  static constexpr std::string_view name = "adaptive_avg_pool2d", summary = "the mean of each bin of [N,C,H,W]";
  bool operator==(const AdaptiveAvgPool2d&) const = default;
};
BOOST_DESCRIBE_STRUCT(AdaptiveAvgPool2d, (), (output_size))

struct AdaptiveAvgPool2dGrad;
template <>
struct AvgFamily<AdaptiveAvgAttributes<2>> {
  using Pool = AdaptiveAvgPool2d;
  using Grad = AdaptiveAvgPool2dGrad;
};

}  // namespace plumbline::spec

#include "spec/ops/pool/adaptive_avg_pool2d_grad.h"
