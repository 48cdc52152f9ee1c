// y[p, q] = x[⌊p·h/h'⌋, ⌊q·w/w'⌋]
#pragma once

#include "spec/ops/resample/upsample_nearest2d_grad.h"

namespace plumbline::spec {

// [upsample_nearest2d C1..C5]; size: the extents of y, or scale_factor: whole multiples of those of x
struct UpsampleNearest2d : Upsample<UpsampleNearest2d, UpsampleNearest2dGrad> {
  Axes size{}, scale_factor{};

  static constexpr std::string_view name = "upsample_nearest2d", summary = "[N,C,H,W] resized by its nearest elements";
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const UpsampleNearest2d&) const = default;

  static Interpolation how() { return Interpolation::nearest; }
};
BOOST_DESCRIBE_STRUCT(UpsampleNearest2d, (), (size, scale_factor))

}  // namespace plumbline::spec
