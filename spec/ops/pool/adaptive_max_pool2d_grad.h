// dx = Σ over the bins that x wins, first in row-major order, of ct
#pragma once

#include "spec/ops/pool/adaptive_max_pool2d.h"

namespace plumbline::spec {

// [adaptive_max_pool2d_grad C1..C6]
struct AdaptiveMaxPool2dGrad : MaxPoolGrad<AdaptiveMaxPool2dGrad, AdaptiveAttributes<2>> {
  static constexpr std::string_view name = "adaptive_max_pool2d_grad",
                                    summary = "ct given to the first winner of each bin; inputs x, ct";
  bool operator==(const AdaptiveMaxPool2dGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(AdaptiveMaxPool2dGrad, (), (output_size))

}  // namespace plumbline::spec
