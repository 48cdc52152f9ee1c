// y = (Σ x of each window) / (the number of its taps in x and its padding, or in x alone, or a given divisor)
#pragma once

#include "spec/ops/pool/avg_pooling.h"

namespace plumbline::spec {

// [avg_pool2d C1..C5]
struct AvgPool2d : AvgPool<AvgPool2d, AvgPoolAttributes<2>> {
  static constexpr std::string_view name = "avg_pool2d", summary = "the mean of each window of [N,C,H,W]";
  bool operator==(const AvgPool2d&) const = default;
};
BOOST_DESCRIBE_STRUCT(AvgPool2d, (), (kernel, stride, padding, ceil_mode, count_include_pad, divisor_override))

struct AvgPool2dGrad;
template <>
struct AvgFamily<AvgPoolAttributes<2>> {
  using Pool = AvgPool2d;
  using Grad = AvgPool2dGrad;
};

}  // namespace plumbline::spec

#include "spec/ops/pool/avg_pool2d_grad.h"
