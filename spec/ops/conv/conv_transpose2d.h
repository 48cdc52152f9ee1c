// y = Σ x[n, o, p] w[o, c, k] at p·stride − padding + k·dilation, + b[c], over two spatial axes
#pragma once

#include "spec/ops/conv/conv2d.h"
#include "spec/ops/conv/conv_transpose.h"

namespace plumbline::spec {

// [conv_transpose2d C1..C7]
struct ConvTranspose2d : ConvTranspose<ConvTranspose2d, 2> {
  static constexpr std::string_view
      name = "conv_transpose2d",
      summary = "transposed convolution of x [N,I,H,W] with w [I,O/groups,h,w]; inputs x, w[, b]";
  bool operator==(const ConvTranspose2d&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConvTranspose2d, (), (stride, padding, output_padding, groups, dilation))

}  // namespace plumbline::spec
