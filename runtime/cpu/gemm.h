// C = op(A) op(B) in float32 on fixed tiles, one thread a tile: the bits do not depend on the number of threads.
#pragma once

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
struct Operand {
  const float* data;
  Index stride;
  bool transposed = false;
};

// C = op(A) op(B), or C += where `add`, on the calling thread. C is m × n with `c_stride`.
void gemm(Index m, Index n, Index k, Operand a, Operand b, float* c, Index c_stride, bool add = false);

// Tile `t` of C.
void gemm_tile(const Tiles& tiles, Index t, Operand a, Operand b, float* c, Index c_stride);

// What the tiles claim: any order and FMA. oneDNN's sgemm is a plain product: blocks of k, no Strassen, no scaling.
spec::Claims gemm_claims();

}  // namespace plumbline::runtime
