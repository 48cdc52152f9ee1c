// Pools over images [N, C, H, W] or [C, H, W].
#pragma once

#include "runtime/nn/layer.h"

namespace plumbline::runtime::nn {

// The largest x of each window; stride empty: the kernel.
struct MaxPool2d {
  Axes kernel{2}, stride{}, padding{0}, dilation{1};
  bool ceil_mode = false;

  static constexpr std::string_view name = "max_pool2d";
  Var operator()(const Scope& scope, const Var& x) const;
};
BOOST_DESCRIBE_STRUCT(MaxPool2d, (), (kernel, stride, padding, dilation, ceil_mode))

// The mean of each window, of `divisor_override` elements where it is not 0.
struct AvgPool2d {
  Axes kernel{2}, stride{}, padding{0};
  bool ceil_mode = false, count_include_pad = true;
  Index divisor_override = 0;

  static constexpr std::string_view name = "avg_pool2d";
  Var operator()(const Scope& scope, const Var& x) const;
};
BOOST_DESCRIBE_STRUCT(AvgPool2d, (), (kernel, stride, padding, ceil_mode, count_include_pad, divisor_override))

// Means of bins that cover the image.
struct AdaptiveAvgPool2d {
  Axes output_size{1};

  static constexpr std::string_view name = "adaptive_avg_pool2d";
  Var operator()(const Scope& scope, const Var& x) const;
};
BOOST_DESCRIBE_STRUCT(AdaptiveAvgPool2d, (), (output_size))

// The mean over space: [N, C], or [N, C, 1, 1] with keepdim.
struct GlobalAvgPool2d {
  bool keepdim = false;

  static constexpr std::string_view name = "global_avg_pool2d";
  Var operator()(const Scope& scope, const Var& x) const;
};
BOOST_DESCRIBE_STRUCT(GlobalAvgPool2d, (), (keepdim))

}  // namespace plumbline::runtime::nn
