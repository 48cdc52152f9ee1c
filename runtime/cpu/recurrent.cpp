// rnn, lstm and gru: all steps of x by one product, then a product for each step, and the same back through time.
#include "runtime/cpu/recurrent.h"

#include "runtime/cpu/elementwise.h"

namespace plumbline::runtime {
namespace {

// Inputs from `first` on: x, W_ih, W_hh[, b_ih, b_hh][, h0[, c0]].
RecurrentPlan plan_of(const spec::Op& op, const Shapes& in, std::size_t first) {
  const Shape &x = in[first], &u = in[first + 2];
  RecurrentPlan p{x[0], x.rank() == 3 ? x[1] : 1, x.back(0), u[1], attribute<bool>(op, "bias"), 0};
  const std::size_t weights = p.bias ? 5 : 3;
  if (in.size() > first + weights) p.state = weights;
  return p;
}

// The operands of a call, behind `first` others.
template <class T>
struct Weights {
  const T *x, *w, *u, *b_ih, *b_hh;
  const View *h0, *c0;

  Weights(const RecurrentPlan& p, std::span<const View> in)
      : x(in[0].as<T>()), w(in[1].as<T>()), u(in[2].as<T>()), b_ih(p.bias ? in[3].as<T>() : nullptr),
        b_hh(p.bias ? in[4].as<T>() : nullptr), h0(p.state > 0 ? &in[p.state] : nullptr),
        c0(p.state > 0 && in.size() > p.state + 1 ? &in[p.state + 1] : nullptr) {}
};

// a = x W_ihᵀ + b_ih + b_hh for all rows; of b_hh only the first `rows_of_b` of the `width` entries.
template <class T>
void from_inputs(Workers& workers, const RecurrentPlan& p, const Weights<T>& w, Index width, Index rows_of_b, T* a) {
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

struct Rnn {
  RecurrentPlan p;
  bool relu;
  std::size_t a, h, bytes;  // preactivations, states with h_{−1} in front

  template <class T>
  static Rnn of(const spec::Op& op, const Shapes& in, std::size_t first) {
    Pieces<T> pieces;
    Rnn r{plan_of(op, in, first), attribute<std::string>(op, "nonlinearity") == "relu", 0, 0, 0};
    r.a = pieces.take(r.p.rows() * r.p.hidden), r.h = pieces.take((r.p.steps + 1) * r.p.unit());
    r.bytes = pieces.bytes();
    return r;
  }
  template <class T>
  const T* forward(Workers& workers, std::span<const View> in, std::byte* scratch) const {
    const Weights<T> w(p, in);
    T *pre = reinterpret_cast<T*>(scratch + a), *state = reinterpret_cast<T*>(scratch + h);
    begin_with(p, w.h0, state);
    from_inputs(workers, p, w, p.hidden, p.hidden, pre);
    for (Index t = 0; t < p.steps; ++t, pre += p.unit(), state += p.unit()) {
      from_state(workers, p, w.u, p.hidden, state, pre, p.hidden);
      in_pieces(workers, p.unit(), [&](Index begin, Index end) {
        T* next = state + p.unit();
        if (relu)
          for (Index k = begin; k < end; ++k) next[k] = pre[k] < 0 ? T(0) : pre[k];
        else
          for (Index k = begin; k < end; ++k) next[k] = math::tanh(pre[k]);
      });
    }
    return reinterpret_cast<T*>(scratch + h);
  }
};

template <class T>
BoundKernel bind_rnn(const spec::Op& op, const Shapes& in, const Shape&) {
  const Rnn r = Rnn::of<T>(op, in, 0);
  BoundKernel bound;
  bound.scratch = r.bytes;
  bound.run = [r](const KernelArgs& args) {
    const T* h = r.forward<T>(args.workers, args.in, args.scratch);
    std::copy_n(h + r.p.unit(), args.out.size(), args.out.as<T>());
  };
  return bound;
}

// da_t = f′ (ct_t + da_{t+1} W_hh)
template <class T>
BoundKernel bind_rnn_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Rnn r = Rnn::of<T>(op, in, 1);
  BoundKernel bound;
  bound.scratch = r.bytes;
  bound.run = [r](const KernelArgs& args) {
    const RecurrentPlan& p = r.p;
    const T *h = r.forward<T>(args.workers, args.in.subspan(1), args.scratch), *u = args.in[3].as<T>();
    T* out = args.out.as<T>();
    std::copy_n(args.in[0].as<T>(), args.out.size(), out);
    for (Index t = p.steps; t-- > 0;) {
      T* da = out + t * p.unit();
      const T* y = h + (t + 1) * p.unit();
      if (t + 1 < p.steps)
        product(args.workers, p.batch, p.hidden, p.hidden, Operand<T>{da + p.unit(), p.hidden}, Operand<T>{u, p.hidden},
                da, p.hidden, true);
      if (r.relu)
        for (Index k = 0; k < p.unit(); ++k) da[k] = y[k] > 0 ? da[k] : T(0);
      else
        for (Index k = 0; k < p.unit(); ++k) da[k] *= 1 - y[k] * y[k];
    }
  };
  return bound;
}

struct Lstm {
  RecurrentPlan p;
  bool cell;                      // the output
  std::size_t a, h, c, d, bytes;  // gates i f g o of all rows, states and cells with the first in front, one state more

  template <class T>
  static Lstm of(const spec::Op& op, const Shapes& in, std::size_t first) {
    Pieces<T> pieces;
    Lstm l{plan_of(op, in, first), attribute<std::string>(op, "output") == "cell", 0, 0, 0, 0, 0};
    l.a = pieces.take(l.p.rows() * 4 * l.p.hidden), l.h = pieces.take((l.p.steps + 1) * l.p.unit());
    l.c = pieces.take((l.p.steps + 1) * l.p.unit()), l.d = pieces.take(l.p.unit()), l.bytes = pieces.bytes();
    return l;
  }
  template <class T>
  void forward(Workers& workers, std::span<const View> in, std::byte* scratch) const {
    const Weights<T> w(p, in);
    const Index n = p.hidden;
    T *gates = reinterpret_cast<T*>(scratch + a), *state = reinterpret_cast<T*>(scratch + h),
      *cells = reinterpret_cast<T*>(scratch + c);
    begin_with(p, w.h0, state), begin_with(p, w.c0, cells);
    from_inputs(workers, p, w, 4 * n, 4 * n, gates);
    for (Index t = 0; t < p.steps; ++t, gates += 4 * p.unit(), state += p.unit(), cells += p.unit()) {
      from_state(workers, p, w.u, 4 * n, state, gates, 4 * n);
      const Index each = std::max<Index>(1, 1024 / std::max<Index>(1, n));
      parallel_for(workers, p.batch, each, [&](Index begin, Index end, int) {
        for (Index b = begin; b < end; ++b) step(gates + 4 * b * n, cells + b * n, state + p.unit() + b * n);
      });
    }
  }
  // Gates of one row in place; the next cell lies one unit behind the last.
  template <class T>
  void step(T* gate, T* before, T* next) const {
    const Index n = p.hidden;
    T* after = before + p.unit();
#pragma GCC ivdep
    for (Index k = 0; k < n; ++k) {
      const T i = runtime::gate(gate[k]), f = runtime::gate(gate[n + k]), o = runtime::gate(gate[3 * n + k]);
      const T g = math::tanh(gate[2 * n + k]), now = f * before[k] + i * g;
      gate[k] = i, gate[n + k] = f, gate[2 * n + k] = g, gate[3 * n + k] = o;
      after[k] = now, next[k] = o * math::tanh(now);
    }
  }
};

template <class T>
BoundKernel bind_lstm(const spec::Op& op, const Shapes& in, const Shape&) {
  const Lstm l = Lstm::of<T>(op, in, 0);
  BoundKernel bound;
  bound.scratch = l.bytes;
  bound.run = [l](const KernelArgs& args) {
    l.forward<T>(args.workers, args.in, args.scratch);
    const T* all = reinterpret_cast<const T*>(args.scratch + (l.cell ? l.c : l.h));
    std::copy_n(all + l.p.unit(), args.out.size(), args.out.as<T>());
  };
  return bound;
}

// da_i da_f da_g da_o dc_{t−1} of one row: of step t with the state's cotangent dh, and what the step after left.
template <class T>
void lstm_row_back(Index n, const T* gate, const T* before, const T* after, const T* dh, const T* ct, const T* left,
                   T* out) {
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k) {
    const T i = gate[k], f = gate[n + k], g = gate[2 * n + k], o = gate[3 * n + k], t = math::tanh(after[k]);
    const T kept = left != nullptr ? left[k] : T(0);
    const T dc = (ct != nullptr ? ct[k] + kept : kept) + dh[k] * o * (1 - t * t);
    out[k] = dc * g * (i * (1 - i));
    out[n + k] = dc * before[k] * (f * (1 - f));
    out[2 * n + k] = dc * i * (1 - g * g);
    out[3 * n + k] = dh[k] * t * (o * (1 - o));
    out[4 * n + k] = dc * f;
  }
}

template <class T>
BoundKernel bind_lstm_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Lstm l = Lstm::of<T>(op, in, 1);
  BoundKernel bound;
  bound.scratch = l.bytes;
  bound.run = [l](const KernelArgs& args) {
    l.forward<T>(args.workers, args.in.subspan(1), args.scratch);
    const RecurrentPlan& p = l.p;
    const Index n = p.hidden;
    const T *gates = reinterpret_cast<const T*>(args.scratch + l.a),
            *c = reinterpret_cast<const T*>(args.scratch + l.c);
    T *dh = reinterpret_cast<T*>(args.scratch + l.d), *out = args.out.as<T>();
    for (Index t = p.steps; t-- > 0;) {
      const T* ct = args.in[0].as<T>() + t * p.unit();
      T *now = out + 5 * t * p.unit(), *later = t + 1 < p.steps ? now + 5 * p.unit() : nullptr;
      if (l.cell) std::fill_n(dh, p.unit(), T(0));
      else std::copy_n(ct, p.unit(), dh);
      if (later != nullptr)
        product(args.workers, p.batch, n, 4 * n, Operand<T>{later, 5 * n}, Operand<T>{args.in[3].as<T>(), n}, dh, n,
                true);
      for (Index b = 0; b < p.batch; ++b) {
        const Index at = t * p.unit() + b * n;
        lstm_row_back(n, gates + 4 * at, c + at, c + at + p.unit(), dh + b * n, l.cell ? ct + b * n : nullptr,
                      later != nullptr ? later + (5 * b + 4) * n : nullptr, now + 5 * b * n);
      }
    }
  };
  return bound;
}

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
    const Weights<T> w(p, in);
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

void register_recurrent(KernelTable& table) {
  using F = spec::Function;
  const spec::Claims c = function_claims({{F::exp, math::exp_ulps}, {F::tanh, math::tanh_ulps}}, gemm_claims());
  table.add("rnn", "rnn.gemm", c, bind_rnn<float>, bind_rnn<double>);
  table.add("rnn_grad", "rnn_grad.gemm", c, bind_rnn_grad<float>, bind_rnn_grad<double>);
  table.add("lstm", "lstm.gemm", c, bind_lstm<float>, bind_lstm<double>);
  table.add("lstm_grad", "lstm_grad.gemm", c, bind_lstm_grad<float>, bind_lstm_grad<double>);
  table.add("gru", "gru.gemm", c, bind_gru<float>, bind_gru<double>);
  table.add("gru_grad", "gru_grad.gemm", c, bind_gru_grad<float>, bind_gru_grad<double>);
}

}  // namespace plumbline::runtime
