// dx = Σ over the windows that x wins, first in row-major order, of ct
#pragma once

#include "spec/ops/pool/max_pool2d.h"

namespace plumbline::spec {

// [max_pool2d_grad C1..C6]
struct MaxPool2dGrad : MaxPoolGrad<MaxPool2dGrad, MaxPoolAttributes<2>> {
  static constexpr std::string_view name = "max_pool2d_grad",
                                    summary = "ct given to the first winner of each window; inputs x, ct";
  bool operator==(const MaxPool2dGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(MaxPool2dGrad, (), (kernel, stride, padding, dilation, ceil_mode))

}  // namespace plumbline::spec
