// dh_{t−1} = d dh_t + W_hᵀ da_d: the cotangents of gated_diagonal_ssm's preactivations, back through time
#pragma once

#include "spec/ops/activation/silu.h"
#include "spec/ops/sequence/gated_cell.h"
#include "spec/ops/sequence/steps.h"

namespace plumbline::spec {

struct GatedDiagonalSsmGrad {
  bool bias = true;
  std::string output = "gated";  // or state: what ct is the cotangent of

  static constexpr std::string_view name = "gated_diagonal_ssm_grad",
                                    summary = "the cotangents of a_u, a_d, a_z and h_{t-1} of gated_diagonal_ssm, "
                                              "[T, .., 4 h]; inputs ct, then those of gated_diagonal_ssm";
  static constexpr int arity = 5, most_inputs = 9;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  static constexpr std::array<Words, 1> words{{{"output", {"gated", "state"}}}};
  bool operator==(const GatedDiagonalSsmGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto e = gated_extents(*this, {in.begin() + 1, in.end()});  // [gated_diagonal_ssm_grad C1..C8]
    if (!e) return tl::unexpected(e.error());
    if (in[0] != e->sequence(e->hidden))
      return refuse(*this, 9, "ct differs from the result: ", in[0], " vs ", e->sequence(e->hidden));
    return e->sequence(4 * e->hidden);
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
  static Sample<GatedDiagonalSsmGrad> sample(Choices& choices) {
    return sample_gated<GatedDiagonalSsmGrad>(choices, /*with_ct=*/true);
  }

 private:
  // silu′(a) = s + silu(a) (1 − s), s = σ(a)
  template <Number N>
  static N slope_of_silu(const N& a, bool split) {
    const N s = gate_of(a, split);
    return s + silu_of(a, split) * (N(Index{1}) - s);
  }
  template <Number N>
  Tensor<N> back_through_time(const Tensors<N>& all, bool split) const {
    const Tensors<N> in(all.begin() + 1, all.end());
    const GatedExtents e = *gated_extents(*this, shapes_of(in));
    const GatedTrace<N> y(e, in, split);
    const Index n = e.hidden;
    const bool gated = output == "gated";
    std::vector<N> out(static_cast<std::size_t>(4 * e.rows() * n));
    for (Index row = e.rows(); n > 0 && row-- > 0;) {
      N* da = out.data() + 4 * row * n;
      std::vector<N> kept;
      for (Index i = 0; i < n; ++i) {
        const auto k = static_cast<std::size_t>(row * n + i);
        const N &ct = all[0][row * n + i], &before = y.h[k], &d = y.d[k];
        N dh = gated ? N(ct * silu_of(y.a_z[k], split)) : ct;
        if (row + e.batch < e.rows()) dh = dh + da[4 * e.batch * n + 3 * n + i];
        const N rest = N(Index{1}) - d;
        da[i] = dh * rest * slope_of_silu(y.a_u[k], split);
        da[n + i] = dh * (before - y.u[k]) * slope_of_gate(d);
        const N& after = y.h[k + static_cast<std::size_t>(e.batch * n)];
        da[2 * n + i] = gated ? N(ct * after * slope_of_silu(y.a_z[k], split)) : N(Index{0});
        kept.push_back(dh * d);
      }
      for (Index p = 0; p < n; ++p) {
        const N* w = in[2].elements().data() + e.in + p;
        da[3 * n + p] = sum<N>(n + 1, [&](Index i) -> N {
          return i == n ? kept[static_cast<std::size_t>(p)] : N(w[i * (e.in + n)] * da[n + i]);
        });
      }
    }
    return Tensor<N>(e.sequence(4 * n), std::move(out));
  }
  template <TensorLike T>
  static T silu_slope(const T& a) {
    const T s = call(Sigmoid{}, a);
    return add(s, mul(mul(a, s), one_minus(s)));
  }
  template <TensorLike T>
  T by_steps(const std::vector<T>& all, const Shape& shape) const {
    const std::vector<T> in(all.begin() + 1, all.end());
    const GatedExtents e = *gated_extents(*this, shapes_of(in));
    if (e.steps == 0) return full_like(all[0], shape, 0);
    const std::vector<T> x = steps_of(in[0], e.steps, e.batch), ct = steps_of(all[0], e.steps, e.batch);
    const auto affine = [&](std::size_t which, const T& input) {
      return plus(matmul(input, transpose_last(in[which])), e.bias ? &in[which + 3] : nullptr);
    };
    struct Step {
      T a_u, a_z, d, u, before, after;
    };
    std::vector<Step> steps;
    const Shape state{e.batch, e.hidden};
    T h = e.state > 0 ? reshape(in[e.state], state) : full_like(in[0], state, 0);
    for (const T& x_t : x) {
      Step s{affine(1, x_t), affine(3, x_t), call(Sigmoid{}, affine(2, call(Concat{-1}, x_t, h))), {}, h, {}};
      s.u = call(Silu{}, s.a_u);
      s.after = h = add(mul(s.d, h), mul(one_minus(s.d), s.u));
      steps.push_back(s);
    }
    std::vector<T> out(x.size());
    const T zero = full_like(h, state, 0), from_state = slice(in[2], 1, e.in, e.in + e.hidden);
    T from_later = zero;
    for (std::size_t t = x.size(); t-- > 0;) {
      const Step& s = steps[t];
      const bool gated = output == "gated";
      const T dh = add(gated ? mul(ct[t], call(Silu{}, s.a_z)) : ct[t], from_later);
      const T da_d = mul(mul(dh, sub(s.before, s.u)), gate_slope(s.d));
      from_later = add(mul(dh, s.d), matmul(da_d, from_state));
      out[t] = call(Concat{-1}, std::vector<T>{mul(mul(dh, one_minus(s.d)), silu_slope(s.a_u)), da_d,
                                               gated ? mul(mul(ct[t], s.after), silu_slope(s.a_z)) : zero,
                                               from_later});
    }
    return sequence_of(out, shape);
  }
};
BOOST_DESCRIBE_STRUCT(GatedDiagonalSsmGrad, (), (bias, output))

}  // namespace plumbline::spec
