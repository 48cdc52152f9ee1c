// dx = Σ over the bins that read x of ct / count
#pragma once

#include "spec/ops/pool/adaptive_avg_pool2d.h"

namespace plumbline::spec {

// [adaptive_avg_pool2d_grad C1..C7]; size: the spatial extents of x
struct AdaptiveAvgPool2dGrad : AvgPoolGrad<AdaptiveAvgPool2dGrad, AdaptiveAvgAttributes<2>> {
  static constexpr std::string_view name = "adaptive_avg_pool2d_grad", summary = "ct spread evenly over each bin";
  bool operator==(const AdaptiveAvgPool2dGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(AdaptiveAvgPool2dGrad, (), (size, output_size))

}  // namespace plumbline::spec
