// What the recurrent kernels share: extents, products of any extents over all workers, and the scratch of a trace.
#pragma once

#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/cpu/gemm.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {

// x is [T, in] or [T, B, in]; `state` is the input that h0 is, or 0.
struct RecurrentPlan {
  Index steps = 0, batch = 1, in = 0, hidden = 0;
  bool bias = false;
  std::size_t state = 0;

  Index rows() const { return steps * batch; }
  Index unit() const { return batch * hidden; }  // elements of one state
};

// C = op(A) op(B), or C +=, by all workers; extents may be 0.
template <class T>
void product(Workers& workers, Index m, Index n, Index k, Operand<T> a, Operand<T> b, T* c, Index c_stride, bool add) {
  if (m == 0 || n == 0) return;
  if (k == 0) {
    for (Index r = 0; r < m && !add; ++r) std::fill_n(c + r * c_stride, n, T(0));
    return;
  }
  const Tiles tiles = tiles_of(m, n, k);
  if (tiles.count() == 1) return gemm(m, n, k, a, b, c, c_stride, add);
  workers.run(tiles.count(), [&](Index t, int) {
    const Index i = t / tiles.across() * tiles.rows, j = t % tiles.across() * tiles.columns;
    Operand<T> x = a, y = b;
    x.data += x.transposed ? i : i * x.stride;
    y.data += y.transposed ? j * y.stride : j;
    gemm(std::min(tiles.rows, m - i), std::min(tiles.columns, n - j), k, x, y, c + i * c_stride + j, c_stride, add);
  });
}

// y_r += b for each of `rows` rows of n.
template <class T>
void add_to_rows(T* y, Index rows, Index n, Index stride, const T* b) {
  for (Index r = 0; r < rows; ++r)
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[r * stride + i] += b[i];
}

// σ(x), 0 at −∞ only: an infinity that a nearly shut gate lets through is not lost.
template <class T>
T gate(T x) {
  const T s = math::sigmoid(x);
  return s == 0 && x > -std::numeric_limits<T>::infinity() ? std::numeric_limits<T>::denorm_min() : s;
}

// The initial state, or zeros.
template <class T>
void begin_with(const RecurrentPlan& p, const View* given, T* h) {
  if (p.state == 0) std::fill_n(h, p.unit(), T(0));
  else std::copy_n(given->as<T>(), p.unit(), h);
}

// Pieces of scratch, one after another, each on its own cache lines.
template <class T>
class Pieces {
 public:
  std::size_t take(Index elements) {
    return std::exchange(bytes_, bytes_ + aligned(static_cast<std::size_t>(elements) * sizeof(T)));
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

// f(begin, end) on pieces of n elements, over all workers.
template <class F>
void in_pieces(Workers& workers, Index n, F f) {
  constexpr Index piece = 4096;
  if (n <= piece) return n > 0 ? f(Index{0}, n) : void();
  parallel_for(workers, n, piece, [&](Index begin, Index end, int) { f(begin, end); });
}

}  // namespace plumbline::runtime
