// What the recurrent kernels share: extents, products of any extents over all workers, and the scratch of a trace.
#pragma once

#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/linalg/gemm.h"
#include "runtime/cpu/math.h"
#include "runtime/cpu/pieces.h"

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

// f(begin, end) on pieces of n elements, over all workers.
template <class F>
void in_pieces(Workers& workers, Index n, F f) {
  constexpr Index piece = 4096;
  if (n <= piece) return n > 0 ? f(Index{0}, n) : void();
  parallel_for(workers, n, piece, [&](Index begin, Index end, int) { f(begin, end); });
}

// Inputs from `first` on: x, W_ih, W_hh[, b_ih, b_hh][, h0[, c0]].
inline RecurrentPlan plan_of(const spec::Op& op, const Shapes& in, std::size_t first) {
  const Shape &x = in[first], &u = in[first + 2];
  RecurrentPlan p{x[0], x.rank() == 3 ? x[1] : 1, x.back(0), u[1], attribute<bool>(op, "bias"), 0};
  const std::size_t weights = p.bias ? 5 : 3;
  if (in.size() > first + weights) p.state = weights;
  return p;
}

// The operands of a call, behind `first` others.
template <class T>
struct RecurrentWeights {
  const T *x, *w, *u, *b_ih, *b_hh;
  const View *h0, *c0;

  RecurrentWeights(const RecurrentPlan& p, std::span<const View> in)
      : x(in[0].as<T>()), w(in[1].as<T>()), u(in[2].as<T>()), b_ih(p.bias ? in[3].as<T>() : nullptr),
        b_hh(p.bias ? in[4].as<T>() : nullptr), h0(p.state > 0 ? &in[p.state] : nullptr),
        c0(p.state > 0 && in.size() > p.state + 1 ? &in[p.state + 1] : nullptr) {}
};

// a = x W_ihᵀ + b_ih + b_hh for all rows; of b_hh only the first `rows_of_b` of the `width` entries.
template <class T>
void from_inputs(Workers& workers, const RecurrentPlan& p, const RecurrentWeights<T>& w, Index width, Index rows_of_b,
                 T* a) {
  product(workers, p.rows(), width, p.in, Operand<T>{w.x, p.in}, Operand<T>{w.w, p.in, true}, a, width, false);
  if (!p.bias) return;
  add_to_rows(a, p.rows(), width, width, w.b_ih);
  add_to_rows(a, p.rows(), rows_of_b, width, w.b_hh);
}

// a += h W_hhᵀ for one step.
template <class T>
void from_state(Workers& workers, const RecurrentPlan& p, const T* u, Index width, const T* h, T* a, Index stride) {
  product(workers, p.batch, width, p.hidden, Operand<T>{h, p.hidden}, Operand<T>{u, p.hidden, true}, a, stride, true);
}

inline spec::Claims recurrent_claims() {
  using F = spec::Function;
  return function_claims({{F::exp, math::exp_ulps}, {F::tanh, math::tanh_ulps}}, gemm_claims());
}

}  // namespace plumbline::runtime
