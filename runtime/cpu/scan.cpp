// linear_scan, selective_scan and the gated diagonal state space with its gradient.
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/recurrent.h"
#include "runtime/cpu/transcendental.h"

namespace plumbline::runtime {
namespace {

constexpr Index columns_per_part = 256, channels_per_part = 32;

// h_t = a_t h_{t−1} + b_t for each column of [T, columns].
template <class T>
BoundKernel bind_linear_scan(const spec::Op& op, const Shapes& in, const Shape& out) {
  const bool reverse = attribute<bool>(op, "reverse"), given = in.size() > 2;
  const Index steps = out[0], columns = steps == 0 ? 0 : out.size() / steps;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const T *a = args.in[0].as<T>(), *b = args.in[1].as<T>();
    T* h = args.out.as<T>();
    parallel_for(args.workers, columns, columns_per_part, [&](Index begin, Index end, int) {
      const T* before = given ? args.in[2].as<T>() : nullptr;
      for (Index s = 0; s < steps; ++s) {
        const Index at = (reverse ? steps - 1 - s : s) * columns;
        if (before == nullptr) std::copy(b + at + begin, b + at + end, h + at + begin);
        else
#pragma GCC ivdep
          for (Index k = begin; k < end; ++k) h[at + k] = a[at + k] * before[k] + b[at + k];
        before = h + at;
      }
    });
  };
  return bound;
}

// x σ(x), 0 at −∞
template <class T>
T silu(T x) {
  const T e = math::exp(-math::abs(x));
  const T y = x * ((x < 0 ? e : T(1)) / (T(1) + e));
  return x == -std::numeric_limits<T>::infinity() ? T(0) : y;
}
// σ(x) + silu(x) (1 − σ(x))
template <class T>
T silu_slope(T x) {
  const T s = math::sigmoid(x);
  return s + silu(x) * (1 - s);
}

struct Selective {
  Index steps, batch, width, states;
  std::size_t d = 0, z = 0, bias = 0, h0 = 0;
  bool softplus, all_states;

  static Selective of(const spec::Op& op, const Shapes& in) {
    const Shape& u = in[0];
    Selective s{u[0], u.rank() == 3 ? u[1] : 1, in[2][0], in[2][1], 0, 0, 0, 0, attribute<bool>(op, "delta_softplus"),
                attribute<std::string>(op, "output") == "state"};
    std::size_t next = 5;
    if (attribute<bool>(op, "skip")) s.d = next++;
    if (attribute<bool>(op, "gate")) s.z = next++;
    if (attribute<bool>(op, "delta_bias")) s.bias = next++;
    if (in.size() > next) s.h0 = next;
    return s;
  }
  // Δ of one channel: max(x, 0) + ln(1 + e^−|x|) of it with its bias.
  template <class T>
  T step_size(const KernelArgs& args, Index at, Index channel) const {
    T x = args.in[1].as<T>()[at];
    if (bias > 0) x += args.in[bias].as<T>()[channel];
    if (!softplus) return x;
    return (x < 0 ? T(0) : x) + math::log1p(math::exp(-math::abs(x)));
  }
  // Channels [first, last) of one sequence over all steps; h holds their states.
  template <class T>
  void run(const KernelArgs& args, Index sequence, Index first, Index last, T* h) const {
    if (h0 == 0) std::fill_n(h, (last - first) * states, T(0));
    else std::copy_n(args.in[h0].as<T>() + (sequence * width + first) * states, (last - first) * states, h);
    for (Index t = 0; t < steps; ++t)
      for (Index i = first; i < last; ++i) step(args, t, sequence, i, h + (i - first) * states);
  }
  template <class T>
  void step(const KernelArgs& args, Index t, Index sequence, Index i, T* h) const {
    const Index row = t * batch + sequence, at = row * width + i;
    const T u = args.in[0].as<T>()[at], delta = step_size<T>(args, at, i);
    const T *a = args.in[2].as<T>() + i * states, *b = args.in[3].as<T>() + row * states;
    if (t == 0 && h0 == 0)
      for (Index k = 0; k < states; ++k) h[k] = delta * b[k] * u;
    else
#pragma GCC ivdep
      for (Index k = 0; k < states; ++k) h[k] = math::exp(delta * a[k]) * h[k] + delta * b[k] * u;
    T* out = args.out.as<T>();
    if (all_states) return std::copy_n(h, states, out + at * states), void();
    const T *c = args.in[4].as<T>() + row * states, *state = h;
    T y = sum_terms<T>(states, [=](auto get) { return get(c) * get(state); });
    if (d > 0) y += args.in[d].as<T>()[i] * u;
    out[at] = z > 0 ? y * silu(args.in[z].as<T>()[at]) : y;
  }
};

template <class T>
BoundKernel bind_selective_scan(const spec::Op& op, const Shapes& in, const Shape&) {
  const Selective s = Selective::of(op, in);
  BoundKernel bound;
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(channels_per_part * s.states));
  const Index parts = (s.width + channels_per_part - 1) / channels_per_part;
  bound.run = [s, parts](const KernelArgs& args) {
    args.workers.run(s.batch * parts, [&](Index part, int worker) {
      const Index first = part % parts * channels_per_part, last = std::min(s.width, first + channels_per_part);
      s.run(args, part / parts, first, last, args.local<T>(worker));
    });
  };
  return bound;
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
#pragma GCC ivdep
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

void register_scan(KernelTable& table) {
  using F = spec::Function;
  const spec::Claims exp = function_claims({{F::exp, math::exp_ulps}}, gemm_claims());
  const spec::Claims scan = function_claims({{F::exp, math::exp_ulps}, {F::log1p, math::log1p_ulps}}, gemm_claims());
  table.add("linear_scan", "linear_scan.columns", claims(), bind_linear_scan<float>, bind_linear_scan<double>);
  table.add("selective_scan", "selective_scan.channels", scan, bind_selective_scan<float>, bind_selective_scan<double>);
  table.add("gated_diagonal_ssm", "gated_diagonal_ssm.gemm", exp, bind_gated<float>, bind_gated<double>);
  table.add("gated_diagonal_ssm_grad", "gated_diagonal_ssm_grad.gemm", exp, bind_gated_grad<float>,
            bind_gated_grad<double>);
}

}  // namespace plumbline::runtime
