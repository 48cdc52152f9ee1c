// C = op(A) op(B) on fixed tiles, one thread a tile: the bits do not depend on the number of threads.
#pragma once

#include <algorithm>

#include "runtime/core/kernel.h"

namespace plumbline::runtime {

// The rows and columns of C that one part computes; they depend on the shape only.
struct Tiles {
  Index m, n, k, rows, columns;

  Index down() const { return (m + rows - 1) / rows; }
  Index across() const { return (n + columns - 1) / columns; }
  Index count() const { return down() * across(); }
};
Tiles tiles_of(Index m, Index n, Index k);

// An operand, row-major with `stride` elements from row to row; transposed: its transpose is used.
template <class T>
struct Operand {
  const T* data;
  Index stride;
  bool transposed = false;
};

// C = op(A) op(B), or C += where `add`, on the calling thread. C is m × n with `c_stride`.
void gemm(Index m, Index n, Index k, Operand<float> a, Operand<float> b, float* c, Index c_stride, bool add = false);
void gemm(Index m, Index n, Index k, Operand<double> a, Operand<double> b, double* c, Index c_stride,
          bool add = false);

// Tile `t` of C, or added to it.
template <class T>
void gemm_tile(const Tiles& tiles, Index t, Operand<T> a, Operand<T> b, T* c, Index c_stride, bool add = false) {
  const Index i = t / tiles.across() * tiles.rows, j = t % tiles.across() * tiles.columns;
  a.data += a.transposed ? i : i * a.stride;
  b.data += b.transposed ? j * b.stride : j;
  gemm(std::min(tiles.rows, tiles.m - i), std::min(tiles.columns, tiles.n - j), tiles.k, a, b, c + i * c_stride + j,
       c_stride, add);
}

// What the tiles claim: any order and FMA.
spec::Claims gemm_claims();

}  // namespace plumbline::runtime
