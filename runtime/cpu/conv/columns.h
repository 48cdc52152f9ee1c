// What a convolution reads, laid out as columns for a matrix product: columns[tap][output] = x at the tap
#pragma once

#include <cmath>
#include <cstring>

#include "runtime/core/buffer.h"
#include "runtime/cpu/linalg/gemm.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/window.h"

namespace plumbline::runtime {

inline constexpr Index columns_bytes = 524288;  // of a block of columns: it stays in the second cache

// Consecutive output rows, `count` of them from `first` on, or one piece of a single row.
struct Piece {
  Index first, count, begin, width;
};

// x is [batch, groups·depth, …], w [groups·breadth, depth, …], y [batch, groups·breadth, …].
struct Conv {
  Index batch, groups, depth, breadth, element;  // bytes of an element
  Windows axes;

  const Window& planes() const { return axes[0]; }
  const Window& rows() const { return axes[1]; }
  const Window& columns() const { return axes[2]; }
  Index x_plane() const { return planes().in * rows().in * columns().in; }
  Index y_rows() const { return planes().out * rows().out; }
  Index y_plane() const { return y_rows() * columns().out; }
  Index kernel() const { return planes().kernel * rows().kernel * columns().kernel; }
  Index taps() const { return depth * kernel(); }
  bool empty() const { return batch * groups * breadth * y_plane() == 0 || taps() == 0; }

  // Blocks of whole rows; where one row has too many columns, pieces of it.
  Index outputs() const { return std::max<Index>(16, columns_bytes / element / std::max<Index>(1, taps())); }
  Index piece() const { return std::max<Index>(1, std::min(columns().out, outputs())); }
  Index pieces() const { return (columns().out + piece() - 1) / piece(); }
  Index block_rows() const {
    return pieces() > 1 ? 1 : std::clamp<Index>(outputs() / piece(), 1, std::max<Index>(1, y_rows()));
  }
  Index blocks() const { return (y_rows() + block_rows() - 1) / block_rows() * pieces(); }
  Piece block(Index i) const {
    const Index first = i / pieces() * block_rows(), begin = i % pieces() * piece();
    return {first, std::min(block_rows(), y_rows() - first), begin, std::min(piece(), columns().out - begin)};
  }
  Index start(const Piece& b) const { return b.first * columns().out + b.begin; }  // in a plane of y
  std::size_t scratch() const {
    return empty() ? 0 : aligned(static_cast<std::size_t>(taps() * block_rows() * piece() * element));
  }
};

// `y` holds what the convolution's outputs do: the cotangent where op is a gradient, x where it is transposed.
template <class T>
Conv conv_of(const spec::Op& op, const Shape& x, const Shape& w, const Shape& y) {
  const auto axes = static_cast<std::size_t>(w.rank() - 2);
  const bool batched = x.rank() == w.rank();
  const Index groups = attribute<Index>(op, "groups");
  return {batched ? x[0] : 1,
          groups,
          w[1],
          w[0] / groups,
          static_cast<Index>(sizeof(T)),
          windows_of(op, axes, x, {w.dims().begin() + 2, w.dims().end()}, y)};
}

// The outputs of a block along the columns whose tap l exists: [begin, end) within it, and the input of the first.
struct Span {
  Index begin, end, from;
};
inline Span span_of(const Window& w, Index tap, const Piece& b) {
  const Index shift = w.before - tap * w.dilation, stop = b.begin + b.width;  // output q reads q·stride − shift
  const Index begin = std::clamp<Index>(shift > 0 ? (shift + w.stride - 1) / w.stride : 0, b.begin, stop);
  const Index end = w.in + shift <= 0 ? begin : std::clamp<Index>((w.in + shift - 1) / w.stride + 1, begin, stop);
  return {begin - b.begin, end - b.begin, begin * w.stride - shift};
}

// f(tap, row within the block, offset of the input row or −1, span of the columns) for the taps of one group
template <class F>
void for_each_row(const Conv& c, const Piece& b, F f) {
  const auto input = [](const Window& w, Index o, Index k) {
    const Index i = o * w.stride - w.before + k * w.dilation;
    return i < 0 || i >= w.in ? Index{-1} : i;
  };
  for (Index channel = 0, tap = 0; channel < c.depth; ++channel)
    for (Index j = 0; j < c.planes().kernel; ++j)
      for (Index k = 0; k < c.rows().kernel; ++k)
        for (Index l = 0; l < c.columns().kernel; ++l, ++tap) {
          const Span span = span_of(c.columns(), l, b);
          Index z = b.first / c.rows().out, p = b.first % c.rows().out;
          for (Index row = 0; row < b.count; ++row) {
            const Index plane = input(c.planes(), z, j), i = input(c.rows(), p, k);
            f(tap, row,
              plane < 0 || i < 0 ? Index{-1} : channel * c.x_plane() + (plane * c.rows().in + i) * c.columns().in,
              span);
            if (++p == c.rows().out) p = 0, ++z;
          }
        }
}

// columns[tap][output] = x at the tap, 0 in the padding
template <class T>
void lay_out_columns(const Conv& c, const T* x, const Piece& b, T* columns) {
  const Index width = b.width, step = c.columns().stride;
  for_each_row(c, b, [&](Index tap, Index p, Index row, const Span& span) {
    T* to = columns + (tap * b.count + p) * width;
    if (row < 0) return std::fill_n(to, width, T(0)), void();
    std::fill_n(to, span.begin, T(0));
    const T* from = x + row + span.from;
    if (step == 1) {
      if (span.end > span.begin)
        std::memcpy(to + span.begin, from, static_cast<std::size_t>(span.end - span.begin) * sizeof(T));
    } else {
      for (Index q = span.begin; q < span.end; ++q) to[q] = from[(q - span.begin) * step];
    }
    std::fill(to + span.end, to + width, T(0));
  });
}

// dx at each tap += columns[tap][output]
template <class T>
void add_columns(const Conv& c, const T* columns, const Piece& b, T* dx) {
  const Index step = c.columns().stride;
  for_each_row(c, b, [&](Index tap, Index p, Index row, const Span& span) {
    if (row < 0) return;
    const T* from = columns + (tap * b.count + p) * b.width;
    T* to = dx + row + span.from;
#pragma GCC ivdep
    for (Index q = span.begin; q < span.end; ++q) to[(q - span.begin) * step] += from[q];
  });
}

// f(offset in a plane of x, offset in w) for the taps of output (z, p, q) that exist; x_plane and kernel apart
template <class F>
void for_each_tap(const Conv& c, Index place, F f) {
  const Taps r = c.planes().taps(place / c.columns().out / c.rows().out),
             s = c.rows().taps(place / c.columns().out % c.rows().out), t = c.columns().taps(place % c.columns().out);
  for (Index j = 0; j < r.count; ++j)
    for (Index k = 0; k < s.count; ++k)
      for (Index l = 0; l < t.count; ++l)
        f(((r.start + j * r.step) * c.rows().in + s.start + k * s.step) * c.columns().in + t.start + l * t.step,
          ((r.first + j) * c.rows().kernel + s.first + k) * c.columns().kernel + t.first + l);
}

template <class T>
bool all_finite(const T* x, Index n) {
  return std::isfinite(sum_terms<T>(n, [=](auto at) { return at(x) * T(0); }));
}

template <class T>
BoundKernel zeros(Index n) {
  BoundKernel bound;
  bound.run = [n](const KernelArgs& args) { std::fill_n(args.out.as<T>(), n, T(0)); };
  return bound;
}

}  // namespace plumbline::runtime
