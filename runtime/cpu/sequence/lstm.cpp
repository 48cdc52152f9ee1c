// lstm and its gradient back through time: units in blocks, the columns of W_hh that a block reads packed together.
#include "runtime/cpu/linalg/panels.h"
#include "runtime/cpu/sequence/recurrent.h"

namespace plumbline::runtime {
namespace {

// The trace holds the gates i f g o of all rows, and states and cells with the first in front. Scratch: W_hh in
// panels, and the cotangent of one state.
struct Lstm {
  RecurrentPlan p;
  bool cell = false;  // the output
  std::size_t a = 0, h = 0, c = 0, trace = 0, d = 0, scratch = 0;
  std::size_t first = 0;  // of the inputs that the forward op has

  template <class T>
  static Lstm of(const spec::Op& op, const Shapes& in, std::size_t first) {
    Lstm l{plan_of(op, in, first), attribute<std::string>(op, "output") == "cell"};
    Pieces<T> pieces, own;
    l.a = pieces.take(l.p.rows() * 4 * l.p.hidden), l.h = pieces.take((l.p.steps + 1) * l.p.unit());
    l.c = pieces.take((l.p.steps + 1) * l.p.unit()), l.trace = pieces.bytes();
    own.take(l.blocks<T>() * 4 * l.p.hidden * panel_columns<T>);
    l.d = own.take(l.p.unit()), l.scratch = own.bytes();
    l.first = first;
    return l;
  }
  Trace shared(std::size_t inputs) const {
    Trace t{spec::concat("lstm/", p.bias, p.state), trace, {}};
    for (std::size_t i = first; i < inputs; ++i) t.inputs.push_back(i);
    return t;
  }
  template <class T>
  Index blocks() const {
    return (p.hidden + panel_columns<T> - 1) / panel_columns<T>;
  }
  template <class T>
  Index width(Index block) const {
    return std::min(panel_columns<T>, p.hidden - block * panel_columns<T>);
  }
  // Block j of the units has 4 · hidden · panel_columns elements of the panels.
  template <class T>
  T* panels(std::byte* own, Index block) const {
    return reinterpret_cast<T*>(own) + block * 4 * p.hidden * panel_columns<T>;
  }

  template <class T>
  void forward(Workers& workers, std::span<const View> in, std::byte* kept, std::byte* own) const {
    const RecurrentWeights<T> w(p, in);
    const Index n = p.hidden, panel = n * panel_columns<T>;
    T *gates = reinterpret_cast<T*>(kept + a), *state = reinterpret_cast<T*>(kept + h),
      *cells = reinterpret_cast<T*>(kept + c);
    begin_with(p, w.h0, state), begin_with(p, w.c0, cells);
    product(workers, p.rows(), 4 * n, p.in, Operand<T>{w.x, p.in}, Operand<T>{w.w, p.in, true}, gates, 4 * n, false);
    workers.run(4 * blocks<T>(), [&](Index i, int) {
      const Index block = i / 4, unit = i % 4 * n + block * panel_columns<T>;
      pack_panel(Operand<T>{w.u + unit * n, n, true}, n, width<T>(block), panels<T>(own, block) + i % 4 * panel);
    });
    for (Index t = 0; t < p.steps; ++t, gates += 4 * p.unit(), state += p.unit(), cells += p.unit())
      workers.run(blocks<T>(), [&](Index block, int) {
        const Index k = block * panel_columns<T>;
        for (Index g = 0; g < 4; ++g)
          add_product(p.batch, n, state, n, panels<T>(own, block) + g * panel, width<T>(block), gates + g * n + k,
                      4 * n);
        for (Index b = 0; b < p.batch; ++b)
          step(width<T>(block), w, k, gates + 4 * b * n + k, cells + b * n + k, state + p.unit() + b * n + k);
      });
  }
  // Gates of units k … k + count − 1 of one row in place; the next cell lies one unit behind the last.
  template <class T>
  void step(Index count, const RecurrentWeights<T>& w, Index k, T* gate, T* before, T* next) const {
    const Index n = p.hidden;
    T* after = before + p.unit();
    for (Index g = 0; p.bias && g < 4; ++g)
#pragma GCC ivdep
      for (Index j = 0; j < count; ++j) gate[g * n + j] += w.b_ih[g * n + k + j] + w.b_hh[g * n + k + j];
#pragma GCC ivdep
    for (Index j = 0; j < count; ++j) {
      const T i = runtime::gate(gate[j]), f = runtime::gate(gate[n + j]), o = runtime::gate(gate[3 * n + j]);
      const T g = math::tanh(gate[2 * n + j]), now = f * before[j] + i * g;
      gate[j] = i, gate[n + j] = f, gate[2 * n + j] = g, gate[3 * n + j] = o;
      after[j] = now, next[j] = o * math::tanh(now);
    }
  }
};

template <class T>
BoundKernel bind_lstm(const spec::Op& op, const Shapes& in, const Shape&) {
  const Lstm l = Lstm::of<T>(op, in, 0);
  BoundKernel bound;
  bound.scratch = l.scratch, bound.trace = l.shared(in.size());
  bound.run = [l](const KernelArgs& args) {
    if (!args.traced) l.forward<T>(args.workers, args.in, args.trace, args.scratch);
    const T* all = reinterpret_cast<const T*>(args.trace + (l.cell ? l.c : l.h)) + l.p.unit();
    in_pieces(args.workers, args.out.size(), [&](Index begin, Index end) {
      std::copy(all + begin, all + end, args.out.as<T>() + begin);
    });
  };
  return bound;
}

// da_i da_f da_g da_o dc_{t−1} of `count` units of one row, n apart: of step t with the state's cotangent
// dh, and what the step after left.
template <bool of_cell, bool last, class T>
void lstm_row_back(Index count, Index n, const T* gate, const T* before, const T* after, const T* dh, const T* ct,
                   const T* left, T* out) {
#pragma GCC ivdep
  for (Index k = 0; k < count; ++k) {
    const T i = gate[k], f = gate[n + k], g = gate[2 * n + k], o = gate[3 * n + k], t = math::tanh(after[k]);
    T kept = 0;
    if constexpr (!last) kept = left[k];
    if constexpr (of_cell) kept = ct[k] + kept;
    const T dc = kept + dh[k] * o * (1 - t * t);
    out[k] = dc * g * (i * (1 - i));
    out[n + k] = dc * before[k] * (f * (1 - f));
    out[2 * n + k] = dc * i * (1 - g * g);
    out[3 * n + k] = dh[k] * t * (o * (1 - o));
    out[4 * n + k] = dc * f;
  }
}

// Block `block` of the units at step t; `now` are the step's cotangents, and the next step's behind them.
template <class T>
void block_back(const Lstm& l, const KernelArgs& args, Index t, Index block, T* dh, T* now) {
  const RecurrentPlan& p = l.p;
  const Index n = p.hidden, k = block * panel_columns<T>, count = l.width<T>(block);
  const T *gates = reinterpret_cast<const T*>(args.trace + l.a), *c = reinterpret_cast<const T*>(args.trace + l.c);
  const T *ct = args.in[0].as<T>() + t * p.unit(), *later = t + 1 < p.steps ? now + 5 * p.unit() : nullptr;
  for (Index b = 0; b < p.batch; ++b)
    if (l.cell) std::fill_n(dh + b * n + k, count, T(0));
    else std::copy_n(ct + b * n + k, count, dh + b * n + k);
  if (later != nullptr)
    add_product(p.batch, 4 * n, later, 5 * n, static_cast<const T*>(l.panels<T>(args.scratch, block)), count, dh + k,
                n);
  const auto rows = [&]<bool of_cell, bool last>(std::bool_constant<of_cell>, std::bool_constant<last>) {
    for (Index b = 0; b < p.batch; ++b) {
      const Index at = t * p.unit() + b * n;
      lstm_row_back<of_cell, last>(count, n, gates + 4 * at + k, c + at + k, c + at + p.unit() + k, dh + b * n + k,
                                   ct + b * n + k, last ? nullptr : later + (5 * b + 4) * n + k, now + 5 * b * n + k);
    }
  };
  const std::true_type yes;
  const std::false_type no;
  if (later == nullptr) return l.cell ? rows(yes, yes) : rows(no, yes);
  l.cell ? rows(yes, no) : rows(no, no);
}

template <class T>
BoundKernel bind_lstm_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Lstm l = Lstm::of<T>(op, in, 1);
  BoundKernel bound;
  bound.scratch = l.scratch, bound.trace = l.shared(in.size());
  bound.run = [l](const KernelArgs& args) {
    if (!args.traced) l.forward<T>(args.workers, args.in.subspan(1), args.trace, args.scratch);
    const Index n = l.p.hidden;
    const T* u = args.in[3].as<T>();
    args.workers.run(l.blocks<T>(), [&](Index block, int) {
      pack_panel(Operand<T>{u + block * panel_columns<T>, n}, 4 * n, l.width<T>(block),
                 l.panels<T>(args.scratch, block));
    });
    T *dh = reinterpret_cast<T*>(args.scratch + l.d), *out = args.out.as<T>();
    for (Index t = l.p.steps; t-- > 0;)
      args.workers.run(l.blocks<T>(), [&](Index block, int) {
        block_back(l, args, t, block, dh, out + 5 * t * l.p.unit());
      });
  };
  return bound;
}

}  // namespace

void register_lstm(KernelTable& table) {
  const spec::Claims c = recurrent_claims();
  table.add("lstm", "lstm.panels", c, bind_lstm<float>, bind_lstm<double>);
  table.add("lstm_grad", "lstm_grad.panels", c, bind_lstm_grad<float>, bind_lstm_grad<double>);
}

}  // namespace plumbline::runtime
