// Y += X B with the columns of B packed once and multiplied many times: the products of a recurrence, of few rows each.
#pragma once

#include "runtime/cpu/linalg/gemm.h"
#include "runtime/cpu/shape/transpose.h"

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

// The columns of a panel from rows of k elements: to[p][c] = rows[c][p], 0 from n on.
template <class T>
void pack_rows(const T* rows, Index stride, Index k, Index n, Index width, T* to) {
  for (Index c = 0; c < width; c += side<T>)
    for (Index p = 0; p < k; p += side<T>) {
      if (c + side<T> <= n && p + side<T> <= k) {
        transpose_block<T>(rows + c * stride + p, stride, to + p * width + c, width);
        continue;
      }
      for (Index q = p; q < std::min(p + side<T>, k); ++q)
        for (Index d = c; d < c + side<T>; ++d) to[q * width + d] = d < n ? rows[d * stride + q] : T(0);
    }
}

// Columns [0, n) of op(B), n ≤ panel_columns, k deep; the missing ones are 0.
template <class T>
void pack_panel(const Operand<T>& b, Index k, Index n, T* to) {
  if (b.transposed) return pack_rows(b.data, b.stride, k, n, panel_columns<T>, to);
  for (Index p = 0; p < k; ++p, to += panel_columns<T>) {
    const T* row = b.data + p * b.stride;
    if (n == panel_columns<T>) {
      store(to, load(row)), store(to + pack_of<T>, load(row + pack_of<T>));
      continue;
    }
    for (Index c = 0; c < panel_columns<T>; ++c) to[c] = c < n ? row[c] : T(0);
  }
}

namespace panels {

template <Index rows, class T>
void add_rows(Index k, const T* x, Index x_stride, const T* panel, Index n, T* y, Index y_stride, bool add) {
  constexpr Index width = pack_of<T>;
  typename PackOf<T>::type sum[rows][2];
  T edge[rows][2 * width];
  const bool whole = n == 2 * width;
  for (Index r = 0; r < rows && !whole; ++r)
    for (Index c = 0; c < 2 * width; ++c) edge[r][c] = add && c < n ? y[r * y_stride + c] : T(0);
#pragma GCC unroll 8
  for (Index r = 0; r < rows; ++r) {
    const T* from = whole ? y + r * y_stride : edge[r];
    if (add) sum[r][0] = load(from), sum[r][1] = load(from + width);
    else sum[r][0] = sum[r][1] = spread(T(0));
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

// y[r][c] += Σ_p x[r][p] panel[p][c], or = where not `add`, for r < m, c < n and p < k, in the order of p; claims FMA.
template <class T>
void add_product(Index m, Index k, const T* x, Index x_stride, const T* panel, Index n, T* y, Index y_stride,
                 bool add = true) {
  Index r = 0;
  const auto rows = [&]<Index count>(std::integral_constant<Index, count>) {
    for (; r + count <= m; r += count)
      panels::add_rows<count>(k, x + r * x_stride, x_stride, panel, n, y + r * y_stride, y_stride, add);
  };
  rows(std::integral_constant<Index, panel_rows>{}), rows(std::integral_constant<Index, 4>{});
  rows(std::integral_constant<Index, 2>{}), rows(std::integral_constant<Index, 1>{});
}

}  // namespace plumbline::runtime
