// h_t = exp(Δ_t A) h_{t−1} + Δ_t B_t u_t, y_t = C_t h_t + D u_t, times silu(z_t): the selective scan of Mamba-1
#pragma once

#include "spec/ops/sequence/selective.h"

namespace plumbline::spec {

// u, Δ [T, d] or [T, B, d], A [d, n], B, C [T, n] or [T, B, n]; then, as the attributes say, D [d], z like u and the
// bias of Δ [d]; then perhaps h0 [d, n] or [B, d, n] (Gu and Dao 2023).
struct SelectiveScan {
  bool skip = false;            // D is given
  bool gate = false;            // z is given
  bool delta_bias = false;      // a bias is given that is added to Δ
  bool delta_softplus = false;  // Δ, with its bias, passes through softplus
  std::string output = "gated";  // y; state: all h_t, [T, .., d, n]

  static constexpr std::string_view name = "selective_scan",
                                    summary = "h_t = exp(delta A) h_{t-1} + delta B u_t, y_t = C h_t + D u_t; inputs "
                                              "u, delta, A, B, C[, D][, z][, bias][, h0]";
  static constexpr int arity = 5, most_inputs = 9;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  static constexpr std::array<Words, 1> words{{{"output", {"gated", "state"}}}};
  bool operator==(const SelectiveScan&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto s = selection_of(*this, in);  // [selective_scan C1..C8]
    if (!s) return tl::unexpected(s.error());
    if (output == "gated") return in[0];
    Shape all = in[0];
    all.push_back(s->states);
    return all;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return scanned(in, /*split=*/false);
  }
  // split: softplus as max(x, 0) + ln(1 + e^−|x|), and gates with exponentials that never overflow.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return scanned(in, /*split=*/true);
  }
  // The states are a linear scan, whose rule does the work; everything else is products and sums.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const Selection s = *selection_of(*this, shapes_of(in));
    const T &u = in[0], &a = in[2], &b = in[3], &c = in[4];
    const T delta = step_sizes(*this, s, in), du_in = mul(delta, u);
    const T decay = call(Exp{}, einsum("...d,dn->...dn", delta, a));
    const LinearScan scan{};
    std::vector<T> scanned{decay, einsum("...d,...n->...dn", du_in, b)};
    if (s.h0 > 0) scanned.push_back(in[s.h0]);
    const T h = output == "state" ? y : call(scan, scanned);
    std::optional<T> dy, dz;
    if (output == "gated") {
      dy = s.z > 0 ? mul(ct, call(Silu{}, in[s.z])) : ct;
      if (s.z > 0) {
        T ungated = einsum("...dn,...n->...d", h, c);
        if (s.d > 0) ungated = add(ungated, mul(u, in[s.d]));
        dz = Silu{}.vjp(std::vector<T>{in[s.z]}, call(Silu{}, in[s.z]), mul(ct, ungated)).front();
      }
    }
    const std::vector<T> back = scan.vjp(scanned, h, dy ? einsum("...d,...n->...dn", *dy, c) : ct);
    const T exponent = mul(back[0], decay), from_b = einsum("...dn,...n->...d", back[1], b);
    T du = mul(from_b, delta);
    if (dy && s.d > 0) du = add(du, mul(*dy, in[s.d]));
    const T ddelta = through_step_sizes(*this, s, in, add(einsum("...dn,dn->...d", exponent, a), mul(from_b, u)));
    std::vector<T> out{du, ddelta, einsum("...dn,...d->dn", exponent, delta),
                       einsum("...dn,...d->...n", back[1], du_in),
                       dy ? einsum("...d,...dn->...n", *dy, h) : full_like(ct, c.shape(), 0)};
    if (s.d > 0) out.push_back(dy ? sum_to(mul(*dy, u), in[s.d].shape()) : full_like(ct, in[s.d].shape(), 0));
    if (s.z > 0) out.push_back(dz ? *dz : full_like(ct, in[s.z].shape(), 0));
    if (s.bias > 0) out.push_back(sum_to(ddelta, in[s.bias].shape()));
    if (s.h0 > 0) out.push_back(back[2]);
    return out;
  }
  static Sample<SelectiveScan> sample(Choices& choices) { return sample_selection<SelectiveScan>(choices); }

 private:
  template <Number N>
  Tensor<N> scanned(const Tensors<N>& in, bool split) const {
    const Selection s = *selection_of(*this, shapes_of(in));
    const Index d = s.width, n = s.states, rows = s.steps * s.batch;
    std::vector<N> h, y;
    for (Index row = 0; row < rows; ++row)
      for (Index i = 0; i < d; ++i) {
        const N &u = in[0][row * d + i], delta = step_size(*this, s, in, row, i, split);
        for (Index k = 0; k < n; ++k) {
          const N input = delta * in[3][row * n + k] * u, decay = exp(delta * in[2][i * n + k]);
          const Index place = (row * d + i) * n + k, before = place - s.batch * d * n;
          const N* first = s.h0 > 0 ? &in[s.h0][place] : nullptr;
          const N* state = row >= s.batch ? &h[static_cast<std::size_t>(before)] : first;
          h.push_back(state != nullptr ? N(decay * *state + input) : input);
        }
        const N* own = h.data() + (row * d + i) * n;
        N out = sum<N>(n + (s.d > 0), [&](Index k) {
          return k < n ? N(in[4][row * n + k] * own[k]) : N(in[s.d][i] * u);
        });
        if (s.z > 0) out = out * silu_of(in[s.z][row * d + i], split);
        y.push_back(std::move(out));
      }
    return Tensor<N>(*shape(shapes_of(in)), output == "state" ? std::move(h) : std::move(y));
  }
};
BOOST_DESCRIBE_STRUCT(SelectiveScan, (), (skip, gate, delta_bias, delta_softplus, output))

}  // namespace plumbline::spec
