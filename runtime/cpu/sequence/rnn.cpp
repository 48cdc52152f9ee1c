// rnn and its gradient back through time.
#include "runtime/cpu/sequence/recurrent.h"

namespace plumbline::runtime {
namespace {

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
    const RecurrentWeights<T> w(p, in);
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

}  // namespace

void register_rnn(KernelTable& table) {
  const spec::Claims c = recurrent_claims();
  table.add("rnn", "rnn.gemm", c, bind_rnn<float>, bind_rnn<double>);
  table.add("rnn_grad", "rnn_grad.gemm", c, bind_rnn_grad<float>, bind_rnn_grad<double>);
}

}  // namespace plumbline::runtime
