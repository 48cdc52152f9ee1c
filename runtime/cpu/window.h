// Windows that slide along the spatial axes: what output o reads.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/core/attribute.h"
#include "runtime/core/view.h"

namespace plumbline::runtime {

// Taps that exist: inputs start, start + step, …, `count` of them, beginning with tap `first` of the kernel.
struct Taps {
  Index first, start, step, count;
};

// Output o reads the inputs o·stride − before + k·dilation, k < kernel, that lie in [0, in).
struct Window {
  Index in = 1, kernel = 1, stride = 1, dilation = 1, before = 0, after = 0, out = 1;

  Taps taps(Index o) const {
    const Index at = o * stride - before;
    const Index first = at >= 0 ? 0 : (-at + dilation - 1) / dilation;
    return {first, at + first * dilation, dilation, std::max<Index>(0, taps_before(o, in) - first)};
  }
  // The taps that lie in x or its padding.
  Index counted(Index o) const { return taps_before(o, in + after); }

 private:
  Index taps_before(Index o, Index end) const {
    const Index at = o * stride - before;
    return at >= end ? 0 : std::min(kernel, (end - at + dilation - 1) / dilation);
  }
};
// Planes, rows, columns; the axes that an op lacks are windows of one.
using Windows = std::array<Window, 3>;

inline bool has_attribute(const spec::Op& op, std::string_view name) {
  const auto list = op->attributes();
  return std::any_of(list.begin(), list.end(), [&](const spec::Attribute& a) { return a.name == name; });
}

// The list `name` with one number for each axis; `missing` where the op has no such attribute.
inline spec::Axes for_each_axis(const spec::Op& op, std::string_view name, std::size_t axes, Index missing) {
  spec::Axes list = has_attribute(op, name) ? attribute<spec::Axes>(op, name) : spec::Axes{missing};
  if (list.size() == 1) list.assign(axes, list[0]);
  return list;
}

// The windows between the last `axes` extents of x and y; op has stride, and may have padding and dilation.
inline Windows windows_of(const spec::Op& op, std::size_t axes, const Shape& x, const spec::Axes& kernel,
                          const Shape& y) {
  const auto dilation = for_each_axis(op, "dilation", axes, 1), padding = for_each_axis(op, "padding", axes, 0);
  auto stride = for_each_axis(op, "stride", axes, 1);
  if (stride.empty()) stride = kernel;
  const bool both_ends = padding.size() == 2 * axes;
  Windows out;
  for (std::size_t a = 0; a < axes; ++a) {
    const auto back = static_cast<Index>(axes - 1 - a);
    out[3 - axes + a] = {x.back(back),
                         kernel[a],
                         stride[a],
                         dilation[a],
                         padding[both_ends ? 2 * a : a],
                         padding[both_ends ? 2 * a + 1 : a],
                         y.back(back)};
  }
  return out;
}

}  // namespace plumbline::runtime
