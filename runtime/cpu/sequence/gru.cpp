// gru, in both its forms, and its gradient back through time.
#include "runtime/cpu/sequence/recurrent.h"

namespace plumbline::runtime {
namespace {

struct Gru {
  RecurrentPlan p;
  bool reset_after;
  // r z n of all rows, q of all rows, states with the first in front, one step's products
  std::size_t a, q, h, s, bytes;

  template <class T>
  static Gru of(const spec::Op& op, const Shapes& in, std::size_t first) {
    Pieces<T> pieces;
    Gru g{plan_of(op, in, first), attribute<bool>(op, "reset_after"), 0, 0, 0, 0, 0};
    g.a = pieces.take(g.p.rows() * 3 * g.p.hidden), g.q = pieces.take(g.p.rows() * g.p.hidden);
    g.h = pieces.take((g.p.steps + 1) * g.p.unit()), g.s = pieces.take(2 * g.p.unit()), g.bytes = pieces.bytes();
    return g;
  }
  // q = U_n h + b′, or r h, whose product with U_n is then added to the third block.
  template <class T>
  void forward(Workers& workers, std::span<const View> in, std::byte* scratch) const {
    const RecurrentWeights<T> w(p, in);
    const Index n = p.hidden;
    T *gates = reinterpret_cast<T*>(scratch + a), *gated = reinterpret_cast<T*>(scratch + q),
      *state = reinterpret_cast<T*>(scratch + h);
    begin_with(p, w.h0, state);
    from_inputs(workers, p, w, 3 * n, reset_after ? 2 * n : 3 * n, gates);
    const T* u_n = w.u + 2 * n * n;
    for (Index t = 0; t < p.steps; ++t, gates += 3 * p.unit(), gated += p.unit(), state += p.unit()) {
      from_state(workers, p, w.u, 2 * n, state, gates, 3 * n);
      if (reset_after) {
        product(workers, p.batch, n, n, Operand<T>{state, n}, Operand<T>{u_n, n, true}, gated, n, false);
        if (p.bias) add_to_rows(gated, p.batch, n, n, w.b_hh + 2 * n);
      }
      for (Index b = 0; b < p.batch; ++b)
        for (Index k = 0; k < n; ++k) {
          T* gate = gates + 3 * b * n + k;
          gate[0] = runtime::gate(gate[0]), gate[n] = runtime::gate(gate[n]);
          if (!reset_after) gated[b * n + k] = gate[0] * state[b * n + k];
        }
      if (!reset_after) from_state(workers, p, u_n, n, gated, gates + 2 * n, 3 * n);
      for (Index b = 0; b < p.batch; ++b)
#pragma GCC ivdep
        for (Index k = 0; k < n; ++k) {
          T* gate = gates + 3 * b * n + k;
          const T z = gate[n], at = reset_after ? gate[2 * n] + gate[0] * gated[b * n + k] : gate[2 * n];
          gate[2 * n] = math::tanh(at);
          state[p.unit() + b * n + k] = (1 - z) * gate[2 * n] + z * state[b * n + k];
        }
    }
  }
  // Of one step: da_r da_z da_n, r da_n or q, dh_{t−1} of each row, from dh.
  template <class T>
  void back(Workers& workers, const T* u, const T* gates, const T* gated, const T* before, const T* dh, T* carried,
            T* out) const {
    const Index n = p.hidden;
    for (Index b = 0; b < p.batch; ++b)
      for (Index k = 0; k < n; ++k) {
        const T *gate = gates + 3 * b * n + k, d = dh[b * n + k];
        T* da = out + 5 * b * n + k;
        da[n] = d * (before[b * n + k] - gate[2 * n]) * (gate[n] * (1 - gate[n]));
        da[2 * n] = d * (1 - gate[n]) * (1 - gate[2 * n] * gate[2 * n]);
      }
    if (!reset_after)
      product(workers, p.batch, n, n, Operand<T>{out + 2 * n, 5 * n}, Operand<T>{u + 2 * n * n, n}, carried, n, false);
    for (Index b = 0; b < p.batch; ++b)
      for (Index k = 0; k < n; ++k) {
        const T *gate = gates + 3 * b * n + k, r = gate[0];
        T* da = out + 5 * b * n + k;
        const T from = reset_after ? da[2 * n] : carried[b * n + k];
        da[0] = from * (reset_after ? gated[b * n + k] : before[b * n + k]) * (r * (1 - r));
        da[3 * n] = reset_after ? from * r : gated[b * n + k];
        da[4 * n] = reset_after ? dh[b * n + k] * gate[n] : dh[b * n + k] * gate[n] + from * r;
      }
    product(workers, p.batch, n, 2 * n, Operand<T>{out, 5 * n}, Operand<T>{u, n}, out + 4 * n, 5 * n, true);
    if (reset_after)
      product(workers, p.batch, n, n, Operand<T>{out + 3 * n, 5 * n}, Operand<T>{u + 2 * n * n, n}, out + 4 * n, 5 * n,
              true);
  }
};

template <class T>
BoundKernel bind_gru(const spec::Op& op, const Shapes& in, const Shape&) {
  const Gru g = Gru::of<T>(op, in, 0);
  BoundKernel bound;
  bound.scratch = g.bytes;
  bound.run = [g](const KernelArgs& args) {
    g.forward<T>(args.workers, args.in, args.scratch);
    std::copy_n(reinterpret_cast<const T*>(args.scratch + g.h) + g.p.unit(), args.out.size(), args.out.as<T>());
  };
  return bound;
}

template <class T>
BoundKernel bind_gru_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Gru g = Gru::of<T>(op, in, 1);
  BoundKernel bound;
  bound.scratch = g.bytes;
  bound.run = [g](const KernelArgs& args) {
    g.forward<T>(args.workers, args.in.subspan(1), args.scratch);
    const Index unit = g.p.unit(), n = g.p.hidden;
    const auto piece = [&](std::size_t at) { return reinterpret_cast<T*>(args.scratch + at); };
    T *dh = piece(g.s), *out = args.out.as<T>();
    for (Index t = g.p.steps; t-- > 0;) {
      const T* ct = args.in[0].as<T>() + t * unit;
      T* now = out + 5 * t * unit;
      for (Index b = 0; b < g.p.batch; ++b)
        for (Index k = 0; k < n; ++k)
          dh[b * n + k] = t + 1 < g.p.steps ? ct[b * n + k] + now[5 * unit + (5 * b + 4) * n + k] : ct[b * n + k];
      g.back(args.workers, args.in[3].as<T>(), piece(g.a) + 3 * t * unit, piece(g.q) + t * unit, piece(g.h) + t * unit,
             dh, dh + unit, now);
    }
  };
  return bound;
}

}  // namespace

void register_gru(KernelTable& table) {
  const spec::Claims c = recurrent_claims();
  table.add("gru", "gru.gemm", c, bind_gru<float>, bind_gru<double>);
  table.add("gru_grad", "gru_grad.gemm", c, bind_gru_grad<float>, bind_gru_grad<double>);
}

}  // namespace plumbline::runtime
