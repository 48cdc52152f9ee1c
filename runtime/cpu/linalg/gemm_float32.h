// C = op(A) op(B) in float32: panels of B in the second cache, rows of A in the first, sums of C in registers.
#pragma once

#include "runtime/cpu/linalg/panels.h"

namespace plumbline::runtime::float32 {

inline constexpr Index depth = 256, breadth = 8 * panel_columns<float>;  // of a block of B
inline constexpr Index height = side<float>;                             // of the rows of A that are packed

// Rows [0, m) of a transposed A, k deep, m ≤ height: to[r][p] = a[p][r].
inline void pack_transposed(const float* a, Index stride, Index m, Index k, float* to) {
  for (Index p = 0; p < k; p += height) {
    if (m == height && p + height <= k) {
      transpose_block<float>(a + p * stride, stride, to + p, depth);
      continue;
    }
    for (Index r = 0; r < m; ++r)
      for (Index q = p; q < std::min(p + height, k); ++q) to[r * depth + q] = a[q * stride + r];
  }
}

// The product with a block of B: `deep` of its rows from p on, `wide` columns.
inline void multiply_block(Index m, Index p, Index deep, Index wide, const Operand<float>& a, const float* right,
                           float* c, Index c_stride, bool add) {
  alignas(64) float left[height * depth];
  for (Index i = 0; i < m; i += height) {
    const Index high = std::min(height, m - i);
    if (a.transposed) pack_transposed(a.data + p * a.stride + i, a.stride, high, deep, left);
    const float* x = a.transposed ? left : a.data + i * a.stride + p;
    for (Index j = 0; j < wide; j += panel_columns<float>)
      add_product(high, deep, x, a.transposed ? depth : a.stride, right + j * deep,
                  std::min(panel_columns<float>, wide - j), c + i * c_stride + j, c_stride, add);
  }
}

inline void gemm(Index m, Index n, Index k, const Operand<float>& a, const Operand<float>& b, float* c, Index c_stride,
                 bool add) {
  alignas(64) float right[depth * breadth];
  if (k == 0 && !add)
    for (Index i = 0; i < m; ++i) std::fill_n(c + i * c_stride, n, 0.0F);
  for (Index j = 0; j < n; j += breadth)
    for (Index p = 0; p < k; p += depth) {
      const Index deep = std::min(depth, k - p), wide = std::min(breadth, n - j);
      for (Index q = 0; q < wide; q += panel_columns<float>) {
        Operand<float> y = b;
        y.data += b.transposed ? (j + q) * b.stride + p : p * b.stride + j + q;
        pack_panel(y, deep, std::min(panel_columns<float>, wide - q), right + q * deep);
      }
      multiply_block(m, p, deep, wide, a, right, c + j, c_stride, add || p > 0);
    }
}

}  // namespace plumbline::runtime::float32
