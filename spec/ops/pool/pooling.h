// What the pools share: attributes, extents, what each output reads, and the way back to those elements.
#pragma once

#include "spec/ops/conv/window.h"

namespace plumbline::spec {

// Windows that slide. stride empty: the kernel.
template <int dims>
struct MaxPoolAttributes {
  Axes kernel{2}, stride{}, padding{0}, dilation{1};  // one number, or one for each axis; padding also before and after
  bool ceil_mode = false;
  static constexpr int axes = dims;
  bool operator==(const MaxPoolAttributes&) const = default;
};

// Bins that cover the input: output o reads ⌊o·in/out⌋ … ⌈(o + 1)·in/out⌉.
template <int dims>
struct AdaptiveAttributes {
  Axes output_size{1};
  static constexpr int axes = dims;
  bool operator==(const AdaptiveAttributes&) const = default;
};

// O has attributes kernel, stride and ceil_mode, and may have padding and dilation. [op C2..C4].
template <class O>
Result<Windows> pool_windows(const O& op, const Shape& x) {
  const Axes kernel = spread(op.kernel, O::axes);
  if (kernel.empty())
    return refuse(op, 2, "kernel has ", op.kernel.size(), " entries, expected ", entries_expected(O::axes));
  WindowSpec spec{op.stride.empty() ? op.kernel : op.stride, {0}, {1}, op.ceil_mode};
  if constexpr (requires { op.padding; }) spec.padding = op.padding;
  if constexpr (requires { op.dilation; }) spec.dilation = op.dilation;
  const auto out = windows(spatial(x, O::axes), kernel, spec);
  if (!out) return refuse(op, 3, out.error().what());
  Index taps = 1;
  for (Index k : kernel) {
    if (k > max_elements / taps) return refuse(op, 3, "kernel is too large: ", Shape(kernel));
    taps *= k;
  }
  for (const Window& w : *out)
    if (w.misses())
      return refuse(op, 4, "a window may hold only padding: kernel ", w.kernel, ", dilation ", w.dilation, ", padding ",
                    w.before, " and ", w.after, " over ", w.in);
  return out;
}

// The shape of a pool of x, with or without batch. [op C1..C5].
template <class O>
Result<Shape> pooled(const O& op, const Shape& x) {
  if (x.rank() != O::axes + 1 && x.rank() != O::axes + 2)
    return refuse(op, 1, "input is not [batch, channels, ", O::axes, " axes] or without batch: ", x);
  Shape out(Axes(x.dims().begin(), x.dims().end() - O::axes));
  if constexpr (requires { op.output_size; }) {
    const Axes size = spread(op.output_size, O::axes);
    if (size.empty())
      return refuse(op, 2, "output_size has ", op.output_size.size(), " entries, expected ", entries_expected(O::axes));
    for (std::size_t a = 0; a < size.size(); ++a) {
      if (size[a] < 1 || size[a] > max_elements) return refuse(op, 3, "output_size is out of range: ", size[a]);
      if (const Index in = spatial(x, O::axes)[a]; in < 1 || in > std::numeric_limits<Index>::max() / (size[a] + 1))
        return refuse(op, 4, "input has no elements along an axis, or too many: ", in, " for ", size[a]);
      out.push_back(size[a]);
    }
  } else {
    const auto windows = pool_windows(op, x);
    if (!windows) return tl::unexpected(windows.error());
    for (const Window& w : *windows) out.push_back(w.out);
  }
  if (!out.valid()) return refuse(op, 5, "shape ", out, " is too large");
  return out;
}

// What the outputs along one axis read, and how many taps of each lie in x or its padding.
struct Bins {
  Index in = 0;
  std::vector<Axes> reads;
  Axes counted;
};
using Grid = std::vector<Bins>;

template <class O>
Grid grid_of(const O& op, const Shape& x) {
  Grid grid;
  if constexpr (requires { op.output_size; }) {
    for (std::size_t a = 0; a < O::axes; ++a) {
      const Index in = spatial(x, O::axes)[a], out = spread(op.output_size, O::axes)[a];
      Bins bins{in, {}, {}};
      for (Index o = 0; o < out; ++o) {
        Axes reads;
        for (Index i = o * in / out; i < ((o + 1) * in + out - 1) / out; ++i) reads.push_back(i);
        bins.counted.push_back(static_cast<Index>(reads.size()));
        bins.reads.push_back(std::move(reads));
      }
      grid.push_back(std::move(bins));
    }
  } else {
    const Windows windows = *pool_windows(op, x);
    for (const Window& w : windows) {
      Bins bins{w.in, {}, {}};
      for (Index o = 0; o < w.out; ++o) {
        Axes reads;
        for (Index k = w.first(o); k < w.last(o); ++k) reads.push_back(w.at(o, k));
        bins.counted.push_back(w.counted(o));
        bins.reads.push_back(std::move(reads));
      }
      grid.push_back(std::move(bins));
    }
  }
  return grid;
}

// One window: the offsets in a plane of x that an output reads, row-major, and the number that an average may divide
// by.
struct Reads {
  Axes taps;
  Index counted = 1;
};
inline std::vector<Reads> reads_of(const Grid& grid) {
  std::vector<Reads> all{{{0}, 1}};
  for (const Bins& bins : grid) {
    std::vector<Reads> next;
    for (const Reads& outer : all)
      for (std::size_t o = 0; o < bins.reads.size(); ++o) {
        next.push_back({{}, outer.counted * bins.counted[o]});
        for (Index base : outer.taps)
          for (Index i : bins.reads[o]) next.back().taps.push_back(base * bins.in + i);
      }
    all = std::move(next);
  }
  return all;
}

// y[map, place] = f(window, k ↦ x[map, tap k]) for each window.
template <class O, Number N, class F>
Tensor<N> pool(const O& op, const Tensor<N>& x, F&& f) {
  const Shape shape = *pooled(op, x.shape());
  auto y = Tensor<N>::full(shape, N(Index{0}));
  if (y.size() == 0) return y;
  const std::vector<Reads> windows = reads_of(grid_of(op, x.shape()));
  const auto out = y.mutable_elements();
  const Index area = Shape(spatial(x.shape(), O::axes)).size();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Reads& window = windows[i % windows.size()];
    const N* from = x.elements().data() + static_cast<Index>(i / windows.size()) * area;
    out[i] = f(window, [&](Index k) -> const N& { return from[window.taps[static_cast<std::size_t>(k)]]; });
  }
  return y;
}

}  // namespace plumbline::spec
