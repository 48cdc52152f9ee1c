// selective_scan: h_t = e^(Δ_t A) h_{t−1} + Δ_t B_t u_t, y_t = C_t h_t
#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/cpu/activation/silu.h"
#include "runtime/cpu/activation/softplus.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/linalg/gemm.h"

namespace plumbline::runtime {
namespace {

constexpr Index channels_per_part = 32;

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

}  // namespace

void register_selective_scan(KernelTable& table) {
  using F = spec::Function;
  const spec::Claims c = function_claims({{F::exp, math::exp_ulps}, {F::log1p, math::log1p_ulps}}, gemm_claims());
  table.add("selective_scan", "selective_scan.channels", c, bind_selective_scan<float>, bind_selective_scan<double>);
}

}  // namespace plumbline::runtime
