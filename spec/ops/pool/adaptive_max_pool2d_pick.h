// y = v at the place where x first wins each bin; the adjoint of adaptive_max_pool2d_grad
#pragma once

#include "spec/ops/pool/adaptive_max_pool2d.h"

namespace plumbline::spec {

// [adaptive_max_pool2d_pick C1..C6]
struct AdaptiveMaxPool2dPick : MaxPoolPick<AdaptiveMaxPool2dPick, AdaptiveAttributes<2>> {
  static constexpr std::string_view name = "adaptive_max_pool2d_pick",
                                    summary = "v where x first wins each bin; inputs x, v";
  bool operator==(const AdaptiveMaxPool2dPick&) const = default;
};
BOOST_DESCRIBE_STRUCT(AdaptiveMaxPool2dPick, (), (output_size))

}  // namespace plumbline::spec
