// Windows that slide over the spatial axes: the attributes of convolution and pooling, their extents and their taps.
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

// Along one axis: output o reads the inputs o·stride − before + k·dilation, k < kernel, that exist.
struct Window {
  Index in = 0, kernel = 1, stride = 1, dilation = 1, before = 0, after = 0, out = 0;

  Index start(Index o) const { return o * stride - before; }
  Index span() const { return (kernel - 1) * dilation; }
  // The input that tap k of output o reads, or −1 in the padding.
  Index at(Index o, Index k) const {
    const Index i = start(o) + k * dilation;
    return i < in ? std::max<Index>(i, -1) : -1;
  }
  // The taps of output o that exist lie in [first, last).
  Index first(Index o) const { return start(o) >= 0 ? 0 : (-start(o) + dilation - 1) / dilation; }
  Index last(Index o) const { return before_end(o, in); }
  // The number of taps of output o that lie in x or its padding: fewer than the kernel has only where ceil_mode lets
  // the last window stand out.
  Index counted(Index o) const { return before_end(o, in + after); }
  // Whether some output may read nothing but padding.
  bool misses() const { return before > span() || after > span() || (before + after > 0 && dilation > in); }

 private:
  Index before_end(Index o, Index end) const {
    return start(o) >= end ? 0 : std::min(kernel, (end - start(o) + dilation - 1) / dilation);
  }
};
using Windows = std::vector<Window>;

// Attributes as people write them: one number for all axes or one for each; padding also before and after for each.
// ceil_mode: a window may stand out beyond the padding, if it begins in x or in the padding before it.
struct WindowSpec {
  Axes stride, padding, dilation;
  bool ceil_mode = false;
};

// One number for each of `axes` axes; empty where the list has neither one entry nor `axes`.
inline Axes spread(const Axes& list, std::size_t axes) {
  if (list.size() == axes) return list;
  return list.size() == 1 ? Axes(axes, list[0]) : Axes{};
}

// The extents of the last axes.
inline Axes spatial(const Shape& shape, int axes) { return {shape.dims().end() - axes, shape.dims().end()}; }

// One number may stand for equal extents; for ones it does.
inline Axes pick_spelling(Choices& choices, const Axes& extents) {
  const bool equal = extents == Axes(extents.size(), extents.front());
  return equal && (extents.front() == 1 || choices.coin()) ? Axes{extents.front()} : extents;
}

// `1`, or `1 or 3`
inline std::string entries_expected(std::size_t axes) { return axes == 1 ? "1" : concat("1 or ", axes); }

inline Result<Index> in_range(const char* what, Index value, Index least) {
  if (value < least || value > max_elements) return fail(what, " is out of range: ", value);
  return value;
}

// The window along one axis; an error says what is out of range, or that the window does not fit.
inline Result<Window> window(Window w, bool ceil_mode) {
  for (const auto& part :
       {in_range("kernel", w.kernel, 1), in_range("stride", w.stride, 1), in_range("dilation", w.dilation, 1),
        in_range("padding", w.before, 0), in_range("padding", w.after, 0)})
    if (!part) return tl::unexpected(part.error());
  Index span = 0;
  const bool huge = __builtin_mul_overflow(w.dilation, w.kernel - 1, &span) || span > max_elements;
  const Index room = w.in + w.before + w.after - 1 - span + (ceil_mode ? w.stride - 1 : 0);
  w.out = huge || room < 0 ? 0 : room / w.stride + 1;
  if (ceil_mode && w.out > 0 && w.start(w.out - 1) >= w.in) --w.out;
  if (w.out > 0) return w;
  return fail("window does not fit: kernel ", w.kernel, ", dilation ", w.dilation, " over ", w.in, " padded by ",
              w.before, " and ", w.after);
}

// The windows of a kernel over the extents `in`; an error names the attribute that is wrong, or the window that does
// not fit. Nothing overflows, whatever the attributes are.
inline Result<Windows> windows(const Axes& in, const Axes& kernel, const WindowSpec& spec) {
  const std::size_t axes = in.size(), pads = spec.padding.size();
  const Axes stride = spread(spec.stride, axes), dilation = spread(spec.dilation, axes);
  if (stride.empty()) return fail("stride has ", spec.stride.size(), " entries, expected ", entries_expected(axes));
  if (dilation.empty())
    return fail("dilation has ", spec.dilation.size(), " entries, expected ", entries_expected(axes));
  const bool both_ends = pads == 2 * axes;
  const Axes padding = both_ends ? spec.padding : spread(spec.padding, axes);
  if (padding.empty())
    return fail("padding has ", pads, " entries, expected ", entries_expected(axes), " or ", 2 * axes);
  Windows out;
  for (std::size_t a = 0; a < axes; ++a) {
    const Index before = padding[both_ends ? 2 * a : a], after = padding[both_ends ? 2 * a + 1 : a];
    const auto one = window({in[a], kernel[a], stride[a], dilation[a], before, after}, spec.ceil_mode);
    if (!one) return tl::unexpected(one.error());
    out.push_back(*one);
  }
  return out;
}

// Draws attributes for `axes` axes: small ones mostly, each form of the lists.
inline WindowSpec pick_window(Choices& choices, int axes, bool dilated) {
  const auto list = [&](Index lo, Index hi, bool both_ends) {
    const Index form = choices.pick(0, both_ends ? 3 : 2);
    Axes out;
    for (Index i = form == 3 ? 2 * axes : form == 2 ? axes : 1; i > 0; --i)
      out.push_back(form == 0 ? lo : choices.pick(lo, hi));
    return out;
  };
  WindowSpec spec{list(1, 3, false), list(0, 2, true), {1}};
  if (dilated) spec.dilation = list(1, 2, false);
  return spec;
}

// The attributes of one op given to another one that has the same.
template <class O, class A>
O with_attributes(const A& attributes) {
  O op;
  static_cast<A&>(op) = attributes;
  return op;
}

}  // namespace plumbline::spec
