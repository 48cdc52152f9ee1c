// y[n, o, p] = Σ x[n, c, …·stride − before + k·dilation] w[o, c, k] + b[o] over one spatial axis
#pragma once

#include "spec/ops/conv/conv_family.h"

namespace plumbline::spec {

// [conv1d C1..C6]
struct Conv1d : ConvForward<Conv1d, 1> {
  static constexpr std::string_view name = "conv1d",
                                    summary = "cross-correlation of x [N,C,L] with w [O,C/groups,l]; inputs x, w[, b]";
  bool operator==(const Conv1d&) const = default;
};
BOOST_DESCRIBE_STRUCT(Conv1d, (), (stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv1d_input_grad.h"
#include "spec/ops/conv/conv1d_weight_grad.h"
