// dx[i, j] = Σ over the outputs that are x[i, j] of ct
#pragma once

#include "spec/ops/resample/upsampling.h"

namespace plumbline::spec {

struct UpsampleNearest2d;

// [upsample_nearest2d_grad C1..C4]; size: the spatial extents of x
struct UpsampleNearest2dGrad : UpsampleGrad<UpsampleNearest2dGrad, UpsampleNearest2d> {
  Axes size{1};

  static constexpr std::string_view name = "upsample_nearest2d_grad", summary = "ct summed over the copies of each x";
  bool operator==(const UpsampleNearest2dGrad&) const = default;

  static Interpolation how() { return Interpolation::nearest; }
};
BOOST_DESCRIBE_STRUCT(UpsampleNearest2dGrad, (), (size))

}  // namespace plumbline::spec

#include "spec/ops/resample/upsample_nearest2d.h"
