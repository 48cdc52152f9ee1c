// Y += X B with the columns of B packed once and multiplied many times: the products of a recurrence, of few rows each.
#pragma once

#include "runtime/cpu/lanes.h"
#include "runtime/cpu/linalg/gemm.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace plumbline::runtime {

// Columns of a panel: element p of column c lies at [p · panel_columns + c].
template <class T>
inline constexpr Index panel_columns = 2 * pack_of<T>;
inline constexpr Index panel_rows = 8;  // of Y that are summed in registers at a time

inline PackOf<float>::type multiply_add(float x, const PackOf<float>::type& y, const PackOf<float>::type& z) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(_mm512_set1_ps(x), y, z);
#else
  return spread(x) * y + z;
#endif
}
inline PackOf<double>::type multiply_add(double x, const PackOf<double>::type& y, const PackOf<double>::type& z) {
#if defined(__AVX512F__)
  return _mm512_fmadd_pd(_mm512_set1_pd(x), y, z);
#else
  return spread(x) * y + z;
#endif
}

// Columns [0, n) of op(B), n ≤ panel_columns, k deep; the missing ones are 0.
template <class T>
void pack_panel(const Operand<T>& b, Index k, Index n, T* to) {
  const Index down = b.transposed ? 1 : b.stride, along = b.transposed ? b.stride : 1;
  for (Index p = 0; p < k; ++p, to += panel_columns<T>) {
    for (Index c = 0; c < n; ++c) to[c] = b.data[p * down + c * along];
    std::fill(to + n, to + panel_columns<T>, T(0));
  }
}

namespace panels {

template <Index rows, class T>
void add_rows(Index k, const T* x, Index x_stride, const T* panel, Index n, T* y, Index y_stride) {
  constexpr Index width = pack_of<T>;
  typename PackOf<T>::type sum[rows][2];
  T edge[rows][2 * width];
  const bool whole = n == 2 * width;
  for (Index r = 0; r < rows && !whole; ++r)
    for (Index c = 0; c < 2 * width; ++c) edge[r][c] = c < n ? y[r * y_stride + c] : T(0);
#pragma GCC unroll 8
  for (Index r = 0; r < rows; ++r) {
    const T* from = whole ? y + r * y_stride : edge[r];
    sum[r][0] = load(from), sum[r][1] = load(from + width);
  }
  for (Index p = 0; p < k; ++p, panel += 2 * width) {
    const auto left = load(panel), right = load(panel + width);
#pragma GCC unroll 8
    for (Index r = 0; r < rows; ++r) {
      const T factor = x[r * x_stride + p];
      sum[r][0] = multiply_add(factor, left, sum[r][0]), sum[r][1] = multiply_add(factor, right, sum[r][1]);
    }
  }
#pragma GCC unroll 8
  for (Index r = 0; r < rows; ++r) {
    T* to = whole ? y + r * y_stride : edge[r];
    store(to, sum[r][0]), store(to + width, sum[r][1]);
  }
  for (Index r = 0; r < rows && !whole; ++r) std::copy_n(edge[r], n, y + r * y_stride);
}

}  // namespace panels

// y[r][c] += Σ_p x[r][p] panel[p][c] for r < m, c < n and p < k, in the order of p; claims FMA. On the calling thread.
template <class T>
void add_product(Index m, Index k, const T* x, Index x_stride, const T* panel, Index n, T* y, Index y_stride) {
  Index r = 0;
  for (; r + panel_rows <= m; r += panel_rows)
    panels::add_rows<panel_rows>(k, x + r * x_stride, x_stride, panel, n, y + r * y_stride, y_stride);
  for (; r + 2 <= m; r += 2)
    panels::add_rows<2>(k, x + r * x_stride, x_stride, panel, n, y + r * y_stride, y_stride);
  if (r < m) panels::add_rows<1>(k, x + r * x_stride, x_stride, panel, n, y + r * y_stride, y_stride);
}

}  // namespace plumbline::runtime
