// The windows of a pool over one or two axes, map by map; padding is absent.
#pragma once

#include "runtime/core/kernel.h"
#include "runtime/cpu/window.h"

namespace plumbline::runtime {

inline constexpr Index taps_per_part = 32768;

// A window that slides, or bins ⌊o·in/out⌋ … ⌈(o + 1)·in/out⌉.
struct Axis : Window {
  bool adaptive = false;

  Taps taps(Index o) const {
    if (!adaptive) return Window::taps(o);
    const Index start = o * in / out;
    return {0, start, 1, ((o + 1) * in + out - 1) / out - start};
  }
  Index counted(Index o) const { return adaptive ? taps(o).count : Window::counted(o); }
  Index most() const { return adaptive ? in / std::max<Index>(1, out) + 2 : kernel; }
};

struct Pool {
  Axis rows, columns;
  Index maps;

  Index area() const { return rows.in * columns.in; }
  Index places() const { return rows.out * columns.out; }
  Index grain() const {
    if (maps == 0) return 1;
    return std::max<Index>(1, taps_per_part / std::max<Index>(1, places() * rows.most() * columns.most()));
  }
};

// The pool of op from x to y. An op over one axis is one over columns.
inline Pool pool_of(const spec::Op& op, const Shape& x, const Shape& y) {
  const std::size_t axes = op.name().find("1d") != std::string_view::npos ? 1 : 2;
  const bool adaptive = has_attribute(op, "output_size");
  const Windows w = windows_of(op, axes, x, for_each_axis(op, "kernel", axes, 1), y);
  Index maps = 1;
  for (Index a = 0; a < x.rank() - static_cast<Index>(axes); ++a) maps *= x[a];
  return {{w[1], adaptive && axes == 2}, {w[2], adaptive}, maps};
}

// f(place, taps of the rows, taps of the columns)
template <class F>
void for_each_place(const Pool& pool, F f) {
  for (Index p = 0; p < pool.rows.out; ++p)
    for (Index q = 0; q < pool.columns.out; ++q) f(p * pool.columns.out + q, pool.rows.taps(p), pool.columns.taps(q));
}

// f(pool, args, map) for each map
template <class F>
BoundKernel over_maps(const Pool& pool, F f) {
  BoundKernel bound;
  bound.run = [pool, f](const KernelArgs& args) {
    parallel_for(args.workers, pool.maps, pool.grain(), [&](Index begin, Index end, int) {
      for (Index map = begin; map < end; ++map) f(pool, args, map);
    });
  };
  return bound;
}

// f(k-th tap, offset in a plane) over a window
template <class F>
void for_each_offset(const Pool& w, const Taps& r, const Taps& c, F f) {
  Index tap = 0;
  for (Index k = 0, i = r.start; k < r.count; ++k, i += r.step)
    for (Index l = 0, j = c.start; l < c.count; ++l, j += c.step) f(tap++, i * w.columns.in + j);
}

}  // namespace plumbline::runtime
