// lstm and its gradient back through time.
#include "runtime/cpu/sequence/recurrent.h"

namespace plumbline::runtime {
namespace {

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
    const RecurrentWeights<T> w(p, in);
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

}  // namespace

void register_lstm(KernelTable& table) {
  const spec::Claims c = recurrent_claims();
  table.add("lstm", "lstm.gemm", c, bind_lstm<float>, bind_lstm<double>);
  table.add("lstm_grad", "lstm_grad.gemm", c, bind_lstm_grad<float>, bind_lstm_grad<double>);
}

}  // namespace plumbline::runtime
