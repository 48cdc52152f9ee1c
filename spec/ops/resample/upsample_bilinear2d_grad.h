// dx[i, j] = Σ over the outputs that interpolate x[i, j] of its weight times ct
#pragma once

#include "spec/ops/resample/upsampling.h"

namespace plumbline::spec {

struct UpsampleBilinear2d;

// [upsample_bilinear2d_grad C1..C4]; size: the spatial extents of x
struct UpsampleBilinear2dGrad : UpsampleGrad<UpsampleBilinear2dGrad, UpsampleBilinear2d> {
  Axes size{1};
  bool align_corners = false;

  static constexpr std::string_view name = "upsample_bilinear2d_grad", summary = "ct shared by the weights of each x";
  static constexpr std::array<std::string_view, 3> methods{"weights", "clamped", "coordinates"};
  bool operator==(const UpsampleBilinear2dGrad&) const = default;

  Interpolation how() const { return align_corners ? Interpolation::align_corners : Interpolation::half_pixel; }
  // weights: the exact fractions, rounded once. clamped: the same, with two shares of the last input beyond it.
  // coordinates: like clamped, with weights from a source coordinate that was rounded.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return spread_back(in[0], weights_named(method));
  }
};
BOOST_DESCRIBE_STRUCT(UpsampleBilinear2dGrad, (), (size, align_corners))

}  // namespace plumbline::spec

#include "spec/ops/resample/upsample_bilinear2d.h"
