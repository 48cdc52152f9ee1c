// y = Σ x[n, o, p] w[o, c, k] at p·stride − padding + k·dilation, + b[c], over one spatial axis
#pragma once

#include "spec/ops/conv/conv1d.h"
#include "spec/ops/conv/conv_transpose.h"

namespace plumbline::spec {

// [conv_transpose1d C1..C7]
struct ConvTranspose1d : ConvTranspose<ConvTranspose1d, 1> {
  static constexpr std::string_view name = "conv_transpose1d",
                                    summary =
                                        "transposed convolution of x [N,I,L] with w [I,O/groups,l]; inputs x, w[, b]";
  bool operator==(const ConvTranspose1d&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConvTranspose1d, (), (stride, padding, output_padding, groups, dilation))

}  // namespace plumbline::spec
