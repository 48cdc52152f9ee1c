// C = op(A) op(B) in float64: panels of 12 rows and 16 columns, packed and multiplied with all of C in registers.
#pragma once

#include <algorithm>

#include "runtime/cpu/linalg/gemm.h"
#include "runtime/cpu/lanes.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace plumbline::runtime::float64 {

using Pack64 = PackOf<double>::type;
inline constexpr Index rows = 12, columns = 16, packs = columns / pack_of<double>;
inline constexpr Index depth = 256, height = 10 * rows;  // of a block of A, which stays in the second cache

inline Pack64 multiply_add(const Pack64& x, const Pack64& y, const Pack64& z) {
#if defined(__AVX512F__)
  return _mm512_fmadd_pd(x, y, z);
#else
  return x * y + z;
#endif
}

// Rows [0, m) of A, k deep, in panels: element p of row r lies at panel(r)[p · rows + r % rows]; missing rows are 0.
inline void pack_a(const Operand<double>& a, Index m, Index k, double* to) {
  const Index down = a.transposed ? 1 : a.stride, along = a.transposed ? a.stride : 1;
  for (Index i = 0; i < m; i += rows, to += rows * k) {
    const Index height_here = std::min(rows, m - i);
    if (height_here < rows) std::fill_n(to, rows * k, 0.0);
    for (Index r = 0; r < height_here; ++r)
      for (Index p = 0; p < k; ++p) to[p * rows + r] = a.data[(i + r) * down + p * along];
  }
}

// Columns [0, n) of B with n ≤ `columns`, k deep: element p of column c lies at [p · columns + c]; missing ones are 0.
inline void pack_b(const Operand<double>& b, Index k, Index n, double* to) {
  const Index down = b.transposed ? 1 : b.stride, along = b.transposed ? b.stride : 1;
  for (Index p = 0; p < k; ++p) {
    for (Index c = 0; c < n; ++c) to[p * columns + c] = b.data[p * down + c * along];
    std::fill(to + p * columns + n, to + (p + 1) * columns, 0.0);
  }
}

// The product of a panel of A and one of B: m × n of it is written to C, or added where `add`.
inline void multiply(const double* a, const double* b, Index k, Index m, Index n, double* c, Index stride, bool add) {
  Pack64 sum[rows][packs] = {};
  for (Index p = 0; p < k; ++p, a += rows, b += columns) {
    Pack64 y[packs];
#pragma GCC unroll 2
    for (Index j = 0; j < packs; ++j) y[j] = load(b + j * pack_of<double>);
#pragma GCC unroll 12
    for (Index i = 0; i < rows; ++i) {
      const Pack64 x = spread(a[i]);
#pragma GCC unroll 2
      for (Index j = 0; j < packs; ++j) sum[i][j] = multiply_add(x, y[j], sum[i][j]);
    }
  }
  double block[rows * columns];
#pragma GCC unroll 12
  for (Index i = 0; i < rows; ++i)
#pragma GCC unroll 2
    for (Index j = 0; j < packs; ++j) store(block + i * columns + j * pack_of<double>, sum[i][j]);
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) {
      double& y = c[i * stride + j];
      y = add ? y + block[i * columns + j] : block[i * columns + j];
    }
}

inline void gemm(Index m, Index n, Index k, const Operand<double>& a, const Operand<double>& b, double* c,
                 Index c_stride, bool add) {
  alignas(64) double left[height * depth], right[depth * columns];
  if (k == 0 && !add)
    for (Index i = 0; i < m; ++i) std::fill_n(c + i * c_stride, n, 0.0);
  for (Index p = 0; p < k; p += depth)
    for (Index i = 0; i < m; i += height) {
      const Index deep = std::min(depth, k - p), high = std::min(height, m - i);
      const Operand<double> x{a.data + (a.transposed ? p * a.stride + i : i * a.stride + p), a.stride, a.transposed};
      pack_a(x, high, deep, left);
      for (Index j = 0; j < n; j += columns) {
        const Index wide = std::min(columns, n - j);
        const Operand<double> y{b.data + (b.transposed ? j * b.stride + p : p * b.stride + j), b.stride, b.transposed};
        pack_b(y, deep, wide, right);
        for (Index r = 0; r < high; r += rows)
          multiply(left + r * deep, right, deep, std::min(rows, high - r), wide, c + (i + r) * c_stride + j, c_stride,
                   add || p > 0);
      }
    }
}

}  // namespace plumbline::runtime::float64
