// dx = Σ over the windows that read x of ct / count
#pragma once

#include "spec/ops/pool/avg_pool2d.h"

namespace plumbline::spec {

// [avg_pool2d_grad C1..C7]; size: the spatial extents of x
struct AvgPool2dGrad : AvgPoolGrad<AvgPool2dGrad, AvgPoolAttributes<2>> {
  static constexpr std::string_view name = "avg_pool2d_grad", summary = "ct spread evenly over each window";
  bool operator==(const AvgPool2dGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(AvgPool2dGrad, (),
                      (size, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override))

}  // namespace plumbline::spec
