// y[c][m] = Σ_p x[at_m + step_p] panel[p][c]: the products of a convolution read where x lies, without columns.
//
// All three are of this form: the outputs, with m their places and p the taps of all channels; the input gradient, one
// class of places modulo the stride after another; the weight gradient, with m the taps and p the places of all images.
#pragma once

#include "runtime/cpu/conv/places.h"
#include "runtime/cpu/linalg/panels.h"
#include "runtime/cpu/shape/transpose.h"

namespace plumbline::runtime {

// Sums of `rows` rows of a block, continued: block[r][c] += Σ_p x[at_r + step_p] panel[p][c].
template <Index rows, Index packs, class T>
void gather_block(const T* x, const std::int32_t* at, const std::int32_t* step, Index k, const T* panel, T* block) {
  constexpr Index width = pack_of<T>;
  typename PackOf<T>::type sum[rows][packs];
  const T* from[rows];
#pragma GCC unroll 8
  for (Index r = 0; r < rows; ++r) {
    from[r] = x + at[r];
#pragma GCC unroll 2
    for (Index j = 0; j < packs; ++j) sum[r][j] = load(block + (r * packs + j) * width);
  }
  for (Index p = 0; p < k; ++p, panel += packs * width) {
    typename PackOf<T>::type w[packs];
    const Index tap = step[p];
#pragma GCC unroll 2
    for (Index j = 0; j < packs; ++j) w[j] = load(panel + j * width);
#pragma GCC unroll 8
    for (Index r = 0; r < rows; ++r) {
      const T factor = from[r][tap];
#pragma GCC unroll 2
      for (Index j = 0; j < packs; ++j) sum[r][j] = multiply_add(factor, w[j], sum[r][j]);
    }
  }
#pragma GCC unroll 8
  for (Index r = 0; r < rows; ++r)
#pragma GCC unroll 2
    for (Index j = 0; j < packs; ++j) store(block + (r * packs + j) * width, sum[r][j]);
}

// Columns of one panel: one pack or two.
template <class T>
Index packs_for(Index columns) {
  return columns > pack_of<T> ? 2 : 1;
}
template <class T>
struct PanelPlan {
  Index columns = 0, packs = 2;
  explicit PanelPlan(Index n = 0) : columns(n), packs(packs_for<T>(n)) {}
  Index width() const { return packs * pack_of<T>; }
  Index count() const { return (columns + width() - 1) / width(); }
  Index in(Index panel) const { return std::min(width(), columns - panel * width()); }
  Index padded() const { return count() * width(); }
};

// y[c · y_step + to(m)] = block[m][c] for m < count, c < n; `to` counts where it is null.
template <class T>
void store_transposed(const T* block, Index width, Index count, Index n, T* y, Index y_step, const std::int32_t* to) {
  for (Index c = 0; c < n; c += side<T>) {
    if (to == nullptr && count == side<T> && c + side<T> <= n) {
      transpose_block<T>(block + c, width, y + c * y_step, y_step);
      continue;
    }
    for (Index d = c; d < std::min(c + side<T>, n); ++d)
      for (Index m = 0; m < count; ++m) y[d * y_step + (to == nullptr ? m : to[m])] = block[m * width + d];
  }
}

// y[c · y_step + to(m)] = Σ_p x[at_m + step_p] panel[p][c] + bias_c for m < rows and c < n; `bias` may be null.
template <class T>
void gathered_product(const T* x, const Offsets& at, Index rows, const Offsets& step, Index k, const T* panel,
                      Index packs, Index n, const T* bias, T* y, Index y_step, const std::int32_t* to = nullptr) {
  const Index width = packs * pack_of<T>;
  alignas(64) T block[side<T> * 2 * pack_of<T>], last[2 * pack_of<T>] = {};
  if (bias != nullptr) std::copy_n(bias, n, last);
  for (Index m = 0; m < rows; m += side<T>) {
    const Index count = std::min(side<T>, rows - m);
    std::fill_n(block, side<T> * width, T(0));
    for (Index r = 0; r < count; r += gathered_rows) {
      const std::int32_t* row = at.data() + m + r;
      if (packs == 2) gather_block<gathered_rows, 2>(x, row, step.data(), k, panel, block + r * width);
      else gather_block<gathered_rows, 1>(x, row, step.data(), k, panel, block + r * width);
    }
    for (Index r = 0; bias != nullptr && r < count; ++r)
      for (Index c = 0; c < width; ++c) block[r * width + c] += last[c];
    store_transposed(block, width, count, n, to == nullptr ? y + m : y, y_step, to == nullptr ? nullptr : to + m);
  }
}

}  // namespace plumbline::runtime
