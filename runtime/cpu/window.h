// Windows that slide along one spatial axis: what output o reads.
#pragma once

#include <algorithm>
#include <string>

#include "runtime/core/attribute.h"
#include "runtime/core/view.h"

namespace plumbline::runtime {

// Taps that exist: inputs start, start + step, …, `count` of them, beginning with tap `first` of the kernel.
struct Taps {
  Index first, start, step, count;
};

// Output o reads the inputs o·stride − before + k·dilation, k < kernel, that lie in [0, in).
struct Window {
  Index in, kernel, stride, dilation, before, after, out;

  Taps taps(Index o) const {
    const Index at = o * stride - before;
    const Index first = at >= 0 ? 0 : (-at + dilation - 1) / dilation;
    const Index end = at >= in ? 0 : std::min(kernel, (in - at + dilation - 1) / dilation);
    return {first, at + first * dilation, dilation, std::max<Index>(0, end - first)};
  }
};

// One number for both axes, or one for each.
inline Index entry(const spec::Axes& list, std::size_t axis) { return list.size() == 1 ? list[0] : list[axis]; }

// The window along spatial axis 0 or 1 of an op with attributes padding and, maybe, dilation.
inline Window window_of(const spec::Op& op, std::size_t axis, Index in, Index kernel, Index stride) {
  Index dilation = 1;
  for (const spec::Attribute& a : op->attributes())
    if (a.name == "dilation") dilation = entry(attribute<spec::Axes>(op, "dilation"), axis);
  const auto padding = attribute<spec::Axes>(op, "padding");
  const Index before = padding.size() == 4 ? padding[2 * axis] : entry(padding, axis);
  const Index after = padding.size() == 4 ? padding[2 * axis + 1] : entry(padding, axis);
  return {
      in, kernel, stride, dilation, before, after, (in + before + after - 1 - (kernel - 1) * dilation) / stride + 1};
}

}  // namespace plumbline::runtime
