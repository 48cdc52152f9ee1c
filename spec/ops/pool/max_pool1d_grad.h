// dx = Σ over the windows that x wins, first in row-major order, of ct
#pragma once

#include "spec/ops/pool/max_pool1d.h"

namespace plumbline::spec {

// [max_pool1d_grad C1..C6]
struct MaxPool1dGrad : MaxPoolGrad<MaxPool1dGrad, MaxPoolAttributes<1>> {
  static constexpr std::string_view name = "max_pool1d_grad",
                                    summary = "ct given to the first winner of each window; inputs x, ct";
  bool operator==(const MaxPool1dGrad&) const = default;
};
BOOST_DESCRIBE_STRUCT(MaxPool1dGrad, (), (kernel, stride, padding, dilation, ceil_mode))

}  // namespace plumbline::spec
