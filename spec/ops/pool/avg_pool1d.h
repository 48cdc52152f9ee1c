// y = (Σ x of each window) / (the number of its taps in x and its padding, or in x alone, or a given divisor)
#pragma once

#include "spec/ops/pool/avg_pooling.h"

namespace plumbline::spec {

// [avg_pool1d C1..C5]
struct AvgPool1d : AvgPool<AvgPool1d, AvgPoolAttributes<1>> {
  static constexpr std::string_view name = "avg_pool1d", summary = "the mean of each window of [N,C,L]";
  bool operator==(const AvgPool1d&) const = default;
};
BOOST_DESCRIBE_STRUCT(AvgPool1d, (), (kernel, stride, padding, ceil_mode, count_include_pad, divisor_override))

struct AvgPool1dGrad;
template <>
struct AvgFamily<AvgPoolAttributes<1>> {
  using Pool = AvgPool1d;
  using Grad = AvgPool1dGrad;
};

}  // namespace plumbline::spec

#include "spec/ops/pool/avg_pool1d_grad.h"
