// The gated diagonal state space, h_t = d h_{t−1} + (1 − d) silu(a_u), and its gradient.
#include "runtime/cpu/activation/silu.h"
#include "runtime/cpu/sequence/recurrent.h"

namespace plumbline::runtime {
namespace {

// σ(x) + silu(x) (1 − σ(x))
template <class T>
T silu_slope(T x) {
  const T s = math::sigmoid(x);
  return s + silu(x) * (1 - s);
}

// x, W_u, W_d, W_z[, b_u, b_d, b_z][, h0]; a_u, a_d (then d) and a_z of all rows, states with the first in front.
struct Gated {
  RecurrentPlan p;
  bool state_out;
  std::size_t u, d, z, h, bytes;

  template <class T>
  static Gated of(const spec::Op& op, const Shapes& in, std::size_t first) {
    const Shape &x = in[first], &w = in[first + 1];
    Gated g{{x[0], x.rank() == 3 ? x[1] : 1, x.back(0), w[0], attribute<bool>(op, "bias"), 0},
            attribute<std::string>(op, "output") == "state", 0, 0, 0, 0, 0};
    const std::size_t weights = g.p.bias ? 7 : 4;
    if (in.size() > first + weights) g.p.state = weights;
    Pieces<T> pieces;
    const Index all = g.p.rows() * g.p.hidden;
    g.u = pieces.take(all), g.d = pieces.take(all), g.z = pieces.take(all);
    g.h = pieces.take(all + g.p.unit()), g.bytes = pieces.bytes();
    return g;
  }
  template <class T>
  void forward(Workers& workers, std::span<const View> in, std::byte* scratch) const {
    const Index n = p.hidden, rows = p.rows();
    const auto piece = [&](std::size_t at) { return reinterpret_cast<T*>(scratch + at); };
    const std::size_t at[] = {u, d, z};
    for (std::size_t k = 0; k < 3; ++k) {
      const Index stride = k == 1 ? p.in + n : p.in;
      product(workers, rows, n, p.in, Operand<T>{in[0].as<T>(), p.in}, Operand<T>{in[k + 1].as<T>(), stride, true},
              piece(at[k]), n, false);
      if (p.bias) add_to_rows(piece(at[k]), rows, n, n, in[k + 4].as<T>());
    }
    T* state = piece(h);
    begin_with(p, p.state > 0 ? &in[p.state] : nullptr, state);
    for (Index t = 0; t < p.steps; ++t, state += p.unit()) {
      T *gate = piece(d) + t * p.unit(), *input = piece(u) + t * p.unit();
      product(workers, p.batch, n, n, Operand<T>{state, n}, Operand<T>{in[2].as<T>() + p.in, p.in + n, true}, gate, n,
              true);
      for (Index k = 0; k < p.unit(); ++k) {
        gate[k] = runtime::gate(gate[k]);
        state[p.unit() + k] = gate[k] * state[k] + (1 - gate[k]) * silu(input[k]);
      }
    }
  }
};

template <class T>
BoundKernel bind_gated(const spec::Op& op, const Shapes& in, const Shape&) {
  const Gated g = Gated::of<T>(op, in, 0);
  BoundKernel bound;
  bound.scratch = g.bytes;
  bound.run = [g](const KernelArgs& args) {
    g.forward<T>(args.workers, args.in, args.scratch);
    const T *h = reinterpret_cast<T*>(args.scratch + g.h) + g.p.unit(), *z = reinterpret_cast<T*>(args.scratch + g.z);
    T* y = args.out.as<T>();
    for (Index k = 0; k < args.out.size(); ++k) y[k] = g.state_out ? h[k] : h[k] * silu(z[k]);
  };
  return bound;
}

// da_u da_d da_z dh_{t−1} of each row, back through time.
template <class T>
BoundKernel bind_gated_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Gated g = Gated::of<T>(op, in, 1);
  BoundKernel bound;
  bound.scratch = g.bytes;
  bound.run = [g](const KernelArgs& args) {
    g.forward<T>(args.workers, args.in.subspan(1), args.scratch);
    const RecurrentPlan& p = g.p;
    const Index n = p.hidden;
    const auto piece = [&](std::size_t at) { return reinterpret_cast<const T*>(args.scratch + at); };
    for (Index t = p.steps; t-- > 0;) {
      for (Index b = 0; b < p.batch; ++b)
        for (Index i = 0; i < n; ++i) {
          const Index k = t * p.unit() + b * n + i;
          T* out = args.out.as<T>() + 4 * (k - i) + i;
          const T ct = args.in[0].as<T>()[k], d = piece(g.d)[k], a_u = piece(g.u)[k], a_z = piece(g.z)[k];
          T dh = g.state_out ? ct : ct * silu(a_z);
          if (t + 1 < p.steps) dh += out[4 * p.unit() + 3 * n];
          out[0] = dh * (1 - d) * silu_slope(a_u);
          out[n] = dh * (piece(g.h)[k] - silu(a_u)) * (d * (1 - d));
          out[2 * n] = g.state_out ? T(0) : ct * piece(g.h)[k + p.unit()] * silu_slope(a_z);
          out[3 * n] = dh * d;
        }
      T* row = args.out.as<T>() + 4 * t * p.unit();
      product(args.workers, p.batch, n, n, Operand<T>{row + n, 4 * n},
              Operand<T>{args.in[3].as<T>() + p.in, p.in + n}, row + 3 * n, 4 * n, true);
    }
  };
  return bound;
}

}  // namespace

void register_gated_diagonal_ssm(KernelTable& table) {
  const spec::Claims c = function_claims({{spec::Function::exp, math::exp_ulps}}, gemm_claims());
  table.add("gated_diagonal_ssm", "gated_diagonal_ssm.gemm", c, bind_gated<float>, bind_gated<double>);
  table.add("gated_diagonal_ssm_grad", "gated_diagonal_ssm_grad.gemm", c, bind_gated_grad<float>,
            bind_gated_grad<double>);
}

}  // namespace plumbline::runtime
