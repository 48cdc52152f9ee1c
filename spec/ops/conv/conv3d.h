// y[n, o, p, q, r] = Σ x[n, c, …·stride − before + k·dilation] w[o, c, k] + b[o] over three spatial axes
#pragma once

#include "spec/ops/conv/conv_family.h"

namespace plumbline::spec {

// [conv3d C1..C6]
struct Conv3d : ConvForward<Conv3d, 3> {
  static constexpr std::string_view
      name = "conv3d",
      summary = "cross-correlation of x [N,C,D,H,W] with w [O,C/groups,d,h,w]; inputs x, w[, b]";
  bool operator==(const Conv3d&) const = default;
};
BOOST_DESCRIBE_STRUCT(Conv3d, (), (stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv3d_input_grad.h"
#include "spec/ops/conv/conv3d_weight_grad.h"
