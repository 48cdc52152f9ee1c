// Windows that slide over two spatial axes: the attributes of convolution and pooling, their extents and their taps.
#pragma once

#include <array>

#include "spec/ops/apply.h"

namespace plumbline::spec {

// Along one axis: output o reads the inputs o·stride − before + k·dilation, k < kernel, that exist.
struct Window {
  Index in = 0, kernel = 1, stride = 1, dilation = 1, before = 0, after = 0, out = 0;

  // The input that tap k of output o reads, or −1 in the padding.
  Index at(Index o, Index k) const {
    const Index i = o * stride - before + k * dilation;
    return i < in ? std::max<Index>(i, -1) : -1;
  }
  // The taps of output o that exist lie in [first, last).
  Index first(Index o) const {
    const Index start = o * stride - before;
    return start >= 0 ? 0 : (-start + dilation - 1) / dilation;
  }
  Index last(Index o) const {
    const Index start = o * stride - before;
    return start >= in ? 0 : std::min(kernel, (in - start + dilation - 1) / dilation);
  }
  // Whether some output reads nothing but padding.
  bool misses() const {
    return before > (kernel - 1) * dilation || after > (kernel - 1) * dilation || (before + after > 0 && dilation > in);
  }
};
using Windows = std::array<Window, 2>;

// Attributes as people write them: one number for both axes or one for each; padding also before and after for each.
struct WindowSpec {
  Axes stride, padding, dilation;
};

inline Result<Index> window_entry(const char* what, const Axes& list, std::size_t entry, Index least) {
  const Index value = list.size() == 1 ? list[0] : list[entry];
  if (value < least || value > max_elements) return fail(what, " is out of range: ", value);
  return value;
}

// The windows of kernel {kh, kw} over {h, w}; an error names the attribute that is wrong, or the window that does not
// fit. Nothing overflows, whatever the attributes are.
inline Result<Windows> windows(const std::array<Index, 2>& in, const std::array<Index, 2>& kernel,
                               const WindowSpec& spec) {
  if (spec.stride.size() != 1 && spec.stride.size() != 2)
    return fail("stride has ", spec.stride.size(), " entries, expected 1 or 2");
  if (spec.dilation.size() != 1 && spec.dilation.size() != 2)
    return fail("dilation has ", spec.dilation.size(), " entries, expected 1 or 2");
  const std::size_t pads = spec.padding.size();
  if (pads != 1 && pads != 2 && pads != 4) return fail("padding has ", pads, " entries, expected 1, 2 or 4");
  Windows out;
  for (std::size_t a = 0; a < 2; ++a) {
    const auto stride = window_entry("stride", spec.stride, a, 1),
               dilation = window_entry("dilation", spec.dilation, a, 1);
    const auto before = window_entry("padding", spec.padding, pads == 4 ? 2 * a : a, 0);
    const auto after = window_entry("padding", spec.padding, pads == 4 ? 2 * a + 1 : a, 0);
    for (const auto* part : {&stride, &dilation, &before, &after})
      if (!*part) return tl::unexpected(part->error());
    if (kernel[a] < 1 || kernel[a] > max_elements) return fail("kernel is out of range: ", kernel[a]);
    Index span = 0;
    const bool huge = __builtin_mul_overflow(*dilation, kernel[a] - 1, &span);
    const Index room = in[a] + *before + *after - 1 - span;
    if (huge || span > max_elements || room < 0)
      return fail("window does not fit: kernel ", kernel[a], ", dilation ", *dilation, " over ", in[a], " padded by ",
                  *before, " and ", *after);
    out[a] = {in[a], kernel[a], *stride, *dilation, *before, *after, room / *stride + 1};
  }
  return out;
}

// Two numbers of an attribute that is one number for both axes or one for each; zeros when it is neither.
inline std::array<Index, 2> pair_of(const Axes& list) {
  if (list.size() == 1) return {list[0], list[0]};
  return list.size() == 2 ? std::array{list[0], list[1]} : std::array<Index, 2>{0, 0};
}

inline std::array<Index, 2> spatial(const Shape& shape) { return {shape.back(1), shape.back(0)}; }

// Draws attributes whose windows fit {h, w}: small ones mostly, each reachable form of the lists.
inline WindowSpec pick_window(Choices& choices, bool dilated) {
  const auto list = [&](Index lo, Index hi, bool four) {
    const Index form = choices.pick(0, four ? 3 : 2);
    Axes out;
    for (Index i = form == 3 ? 4 : form == 2 ? 2 : 1; i > 0; --i) out.push_back(form == 0 ? lo : choices.pick(lo, hi));
    return out;
  };
  WindowSpec spec{list(1, 3, false), list(0, 2, true), {1}};
  if (dilated) spec.dilation = list(1, 2, false);
  return spec;
}

}  // namespace plumbline::spec
