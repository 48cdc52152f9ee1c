// y = v at the place where x first wins each window; the adjoint of max_pool2d_grad
#pragma once

#include "spec/ops/pool/max_pool2d.h"

namespace plumbline::spec {

// [max_pool2d_pick C1..C6]
struct MaxPool2dPick : MaxPoolPick<MaxPool2dPick, MaxPoolAttributes<2>> {
  static constexpr std::string_view name = "max_pool2d_pick", summary = "v where x first wins each window; inputs x, v";
  bool operator==(const MaxPool2dPick&) const = default;
};
BOOST_DESCRIBE_STRUCT(MaxPool2dPick, (), (kernel, stride, padding, dilation, ceil_mode))

}  // namespace plumbline::spec
