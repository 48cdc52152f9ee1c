// y = (1 − s)(1 − t) x₀₀ + (1 − s) t x₀₁ + s (1 − t) x₁₀ + s t x₁₁ at the source coordinates of each output
#pragma once

#include "spec/ops/resample/upsample_bilinear2d_grad.h"

namespace plumbline::spec {

// [upsample_bilinear2d C1..C5]; size: the extents of y, or scale_factor: whole multiples of those of x
struct UpsampleBilinear2d : Upsample<UpsampleBilinear2d, UpsampleBilinear2dGrad> {
  Axes size{}, scale_factor{};
  bool align_corners = false;

  static constexpr std::string_view name = "upsample_bilinear2d", summary = "[N,C,H,W] resized by linear interpolation";
  static constexpr std::array<std::string_view, 3> methods{"weights", "clamped", "coordinates"};
  bool operator==(const UpsampleBilinear2d&) const = default;

  Interpolation how() const { return align_corners ? Interpolation::align_corners : Interpolation::half_pixel; }
  // weights: the exact fractions, rounded once. clamped: the same, with two shares of the last input beyond it.
  // coordinates: like clamped, with weights from a source coordinate that was rounded.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return interpolated(in[0], weights_named(method));
  }
};
BOOST_DESCRIBE_STRUCT(UpsampleBilinear2d, (), (size, scale_factor, align_corners))

}  // namespace plumbline::spec
