// The windows of a call of a convolution or a pool as the right loop has them, and wrong loops over them.
#pragma once

#include <string>

#include "crosscheck/mutants/values.h"
#include "spec/ops/conv/convolution.h"

namespace plumbline::crosscheck {

// What a tap in the padding is: no term, a zero, the nearest element.
enum class Outside : std::uint8_t { absent, zero, edge };

// What a wrong loop over windows does otherwise; everything right by default.
struct Slip {
  spec::Index start = 0;    // the window begins so many elements further on
  spec::Index shorter = 0;  // taps of the window that are missing at its end
  bool dilated = true, strided = true;
  Outside outside = Outside::absent;
  bool first_group = false;  // every group reads the channels of the first
  bool first_batch = false;
  bool exchanged = false;  // the padding after stands before
  bool inside = false;     // a window that would stand out begins earlier
};

struct WindowCall {
  spec::Windows windows;
  spec::Index area = 1, plane = 1, taps = 1;  // elements of a plane of x and of y, and of the kernel
};

// The number of spatial axes of an op, by its name.
inline int axes_of(const KernelCall& c) {
  const std::string name(c.op.name());
  return name.find("1d") != std::string::npos ? 1 : name.find("3d") != std::string::npos ? 3 : 2;
}

// Windows of `kernel` over the plane of `x`.
inline WindowCall windows_over(const KernelCall& c, const spec::Shape& x, const spec::Axes& kernel) {
  const int axes = axes_of(c);
  spec::Axes stride = c.list("stride"), dilation = c.list("dilation"), padding = c.list("padding");
  if (stride.empty()) stride = kernel;
  if (dilation.empty()) dilation = {1};
  if (padding.empty()) padding = {0};
  WindowCall call;
  call.windows = *spec::windows(spec::spatial(x, axes), spec::spread(kernel, static_cast<std::size_t>(axes)),
                                {stride, padding, dilation, c.flag("ceil_mode")});
  for (const spec::Window& w : call.windows) call.area *= w.in, call.plane *= w.out, call.taps *= w.kernel;
  return call;
}
inline WindowCall convolution_windows(const KernelCall& c) {
  return windows_over(c, c.in[0].shape(), spec::spatial(c.in[1].shape(), axes_of(c)));
}
inline WindowCall pool_windows_of(const KernelCall& c, const spec::Shape& x) {
  return windows_over(c, x, c.list("kernel"));
}

// The input that tap k of output o reads, −1 where there is none, −2 for a zero.
inline spec::Index slipped(const spec::Window& w, const Slip& slip, spec::Index o, spec::Index k) {
  spec::Index start = o * (slip.strided ? w.stride : 1) - (slip.exchanged ? w.after : w.before) + slip.start;
  if (slip.inside) start = std::min(start, w.in + w.after - w.span() - 1);
  const spec::Index at = start + k * (slip.dilated ? w.dilation : 1);
  if (at >= 0 && at < w.in) return at;
  if (slip.outside == Outside::edge) return std::clamp<spec::Index>(at, 0, w.in - 1);
  return slip.outside == Outside::zero ? -2 : -1;
}

// Calls f(tap number, offset in the plane or −2 for a zero) for the taps of one output place, row-major.
template <class F>
void each_tap(const WindowCall& call, const Slip& slip, spec::Index place, F&& f) {
  for (spec::Index tap = 0; tap < call.taps; ++tap) {
    spec::Index offset = 0, step = 1, rest = tap, o = place;
    bool absent = false, zero = false;
    for (std::size_t a = call.windows.size(); a-- > 0;) {
      const spec::Window& w = call.windows[a];
      const spec::Index k = rest % w.kernel, at = slipped(w, slip, o % w.out, k);
      absent |= at == -1 || k >= w.kernel - slip.shorter;
      zero |= at == -2;
      offset += at * step, step *= w.in, rest /= w.kernel, o /= w.out;
    }
    if (!absent) f(tap, zero ? -2 : offset);
  }
}

// x with each plane of the last `axes` axes backwards.
inline Values planes_flipped(const Values& x, int axes) {
  const spec::Index plane = spec::Shape(spec::spatial(x.shape(), axes)).size();
  return Values::generate(x.shape(), [&](spec::Index i) { return x[i / plane * plane + plane - 1 - i % plane]; });
}

void add_pool_bugs(std::vector<Mutant>& list);        // pools that slide, adapt, or are smooth
void add_resampling_bugs(std::vector<Mutant>& list);  // upsampling, pixel_shuffle

}  // namespace plumbline::crosscheck
