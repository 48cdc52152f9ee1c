// y = v at the place where x first wins each window; the adjoint of max_pool1d_grad
#pragma once

#include "spec/ops/pool/max_pool1d.h"

namespace plumbline::spec {

// [max_pool1d_pick C1..C6]
struct MaxPool1dPick : MaxPoolPick<MaxPool1dPick, MaxPoolAttributes<1>> {
  static constexpr std::string_view name = "max_pool1d_pick", summary = "v where x first wins each window; inputs x, v";
  bool operator==(const MaxPool1dPick&) const = default;
};
BOOST_DESCRIBE_STRUCT(MaxPool1dPick, (), (kernel, stride, padding, dilation, ceil_mode))

}  // namespace plumbline::spec
