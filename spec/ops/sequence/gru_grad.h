// dh_{t−1} = z dh_t + W_hhᵀ da_t: the cotangents of gru's gates r z n, back through time
#pragma once

#include "spec/ops/sequence/steps.h"

namespace plumbline::spec {

// r, z = σ(a), h_t = (1 − z) n + z h_{t−1}. reset_after: n = tanh(W_n x + b + r q) with q = U_n h + b′; else
// n = tanh(W_n x + b + U_n q + b′) with q = r h. h begins with the initial state.
template <Number N>
struct GruTrace {
  std::vector<N> r, z, n, q, h;

  GruTrace(const Recurrence& s, const Tensors<N>& in, bool reset_after, bool split) : h(initial(s, in)) {
    h.reserve(h.size() * static_cast<std::size_t>(s.steps + 1));
    for (Index row = 0; s.hidden > 0 && row < s.rows(); ++row) {
      const N *x = in[0].elements().data() + row * s.in, *before = h.data() + row * s.hidden;
      for (Index u = 0; u < s.hidden; ++u) {
        r.push_back(gate_of(preactivation(s, in, u, x, before), split));
        z.push_back(gate_of(preactivation(s, in, s.hidden + u, x, before), split));
        const N* none = nullptr;
        q.push_back(reset_after ? preactivation(s, in, 2 * s.hidden + u, none, before) : N(r.back() * before[u]));
      }
      const N* gated = q.data() + row * s.hidden;
      for (Index u = 0; u < s.hidden; ++u) {
        const auto k = static_cast<std::size_t>(row * s.hidden + u);
        const N* hidden = reset_after ? nullptr : gated;
        const N a = preactivation(s, in, 2 * s.hidden + u, x, hidden);
        n.push_back(tanh(reset_after ? N(a + r[k] * q[k]) : a));
        h.push_back((N(Index{1}) - z[k]) * n[k] + z[k] * before[u]);
      }
    }
  }
};

struct GruGrad {
  bool reset_after = true;  // as PyTorch and cuDNN; false: Cho et al. 2014
  bool bias = true;

  static constexpr std::string_view
      name = "gru_grad",
      summary = "the cotangents of gru's gates r z n, what U_n's gradient takes, and that of h_{t-1}, [T, .., 5 h]; "
                "inputs ct, then those of gru";
  static constexpr int arity = 4, most_inputs = 7;
  static constexpr Index gates = 3, states = 1;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  bool operator==(const GruGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto r = recurrence_behind(*this, in);  // [gru_grad C1..C8]
    if (!r) return tl::unexpected(r.error());
    return r->sequence(5 * r->hidden);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return back_through_time(in, /*split=*/false);
  }
  // split: gates with exponentials that never overflow.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return back_through_time(in, /*split=*/true);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    return pulled_back(in, ct, [&](const std::vector<T>& copies) { return by_steps(copies, y.shape()); });
  }
  static Sample<GruGrad> sample(Choices& choices) {
    auto sample = sample_recurrence<GruGrad>(choices, /*with_ct=*/true);
    sample.op.reset_after = choices.pick(0, 2) < 2;
    return sample;
  }

 private:
  // Of each row da_r da_z da_n, then r da_n or r h_{t−1}, then dh_{t−1}.
  template <Number N>
  Tensor<N> back_through_time(const Tensors<N>& all, bool split) const {
    const Tensors<N> in(all.begin() + 1, all.end());
    const Recurrence s = *recurrence_of(*this, shapes_of(in));
    const GruTrace<N> y(s, in, reset_after, split);
    const Index h = s.hidden;
    std::vector<N> out(static_cast<std::size_t>(5 * s.rows() * h));
    for (Index row = s.rows(); h > 0 && row-- > 0;) {
      N* da = out.data() + 5 * row * h;
      const N* before = y.h.data() + row * h;
      std::vector<N> dh;
      for (Index u = 0; u < h; ++u) {
        const auto k = static_cast<std::size_t>(row * h + u);
        const N& ct = all[0][row * h + u];
        const bool last = row + s.batch >= s.rows();
        dh.push_back(last ? ct : N(ct + da[5 * s.batch * h + 4 * h + u]));
        da[h + u] = dh.back() * (before[u] - y.n[k]) * slope_of_gate(y.z[k]);
        da[2 * h + u] = dh.back() * (N(Index{1}) - y.z[k]) * slope_of_tanh(y.n[k]);
      }
      for (Index u = 0; u < h; ++u) {
        const auto k = static_cast<std::size_t>(row * h + u);
        const auto da_n = [=](Index n) -> const N& { return da[2 * h + n]; };
        const N gated = reset_after ? da[2 * h + u] : carried_back(s, in, u, 2 * h, h, da_n);
        da[u] = gated * (reset_after ? y.q[k] : before[u]) * slope_of_gate(y.r[k]);
        da[3 * h + u] = reset_after ? N(gated * y.r[k]) : y.q[k];
        da[4 * h + u] = gated;
      }
      for (Index u = 0; u < h; ++u) {
        const auto k = static_cast<std::size_t>(row * h + u);
        std::vector<N> own{dh[static_cast<std::size_t>(u)] * y.z[k]};
        if (!reset_after) own.push_back(da[4 * h + u] * y.r[k]);
        const auto read_by = [=](Index n) -> const N& { return da[n < 2 * h ? n : n + h]; };
        da[4 * h + u] = carried_back(s, in, u, 0, reset_after ? 3 * h : 2 * h, read_by, own);
      }
    }
    return Tensor<N>(s.sequence(5 * h), std::move(out));
  }
  template <TensorLike T>
  T by_steps(const std::vector<T>& all, const Shape& shape) const {
    const std::vector<T> in(all.begin() + 1, all.end());
    const Recurrence s = *recurrence_of(*this, shapes_of(in));
    if (s.steps == 0) return full_like(all[0], shape, 0);
    const Index h = s.hidden;
    const std::vector<T> x = steps_of(in[0], s.steps, s.batch), ct = steps_of(all[0], s.steps, s.batch);
    const T u_n = slice(in[2], 0, 2 * h, 3 * h), u_rz = slice(in[2], 0, 0, 2 * h);
    struct Step { T r, z, n, q, before; };
    std::vector<Step> steps;
    T before = first_state(s, in);
    for (const T& x_t : x) {
      const T a = from_input(s, in, x_t), b = from_state(s, in, before);
      const auto gate = [&](Index k) { return call(Sigmoid{}, add(block(a, k, h), block(b, k, h))); };
      Step y{gate(0), gate(1), {}, {}, before};
      y.q = reset_after ? block(b, 2, h) : mul(y.r, before);
      const T by_state = reset_after ? mul(y.r, y.q) : matmul(y.q, transpose_last(u_n));
      y.n = call(Tanh{}, add(block(a, 2, h), s.bias && !reset_after ? add(by_state, block(in[4], 2, h)) : by_state));
      before = add(mul(one_minus(y.z), y.n), mul(y.z, before));
      steps.push_back(y);
    }
    std::vector<T> out(x.size());
    T from_later = full_like(before, before.shape(), 0);
    for (std::size_t t = x.size(); t-- > 0;) {
      const Step& y = steps[t];
      const T dh = add(ct[t], from_later);
      const T da_z = mul(mul(dh, sub(y.before, y.n)), gate_slope(y.z));
      const T da_n = mul(mul(dh, one_minus(y.z)), tanh_slope(y.n)), gated = reset_after ? da_n : matmul(da_n, u_n);
      const T da_r = mul(mul(gated, reset_after ? y.q : y.before), gate_slope(y.r));
      const T by_gates = matmul(call(Concat{-1}, std::vector<T>{da_r, da_z}), u_rz), r_gated = mul(gated, y.r);
      from_later = add(add(by_gates, reset_after ? matmul(r_gated, u_n) : r_gated), mul(dh, y.z));
      out[t] = call(Concat{-1}, std::vector<T>{da_r, da_z, da_n, reset_after ? r_gated : y.q, from_later});
    }
    return sequence_of(out, shape);
  }
};
BOOST_DESCRIBE_STRUCT(GruGrad, (), (reset_after, bias))

}  // namespace plumbline::spec
