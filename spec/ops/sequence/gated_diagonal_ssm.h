// h_t = d h_{t−1} + (1 − d) u, y_t = h_t silu(W_z x_t + b_z), u = silu(W_u x_t + b_u), d = σ(W_d [x_t; h_{t−1}] + b_d)
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/sequence/gated_diagonal_ssm_grad.h"

namespace plumbline::spec {

// x [T, in] or [T, B, in], W_u [h, in], W_d [h, in + h], W_z [h, in], with bias b_u, b_d, b_z [h], then perhaps h0 [h]
// or [B, h]: TorchLean's gated cell.
struct GatedDiagonalSsm {
  bool bias = true;
  std::string output = "gated";  // all y_t; state: all h_t

  static constexpr std::string_view
      name = "gated_diagonal_ssm",
      summary = "h_t = d h_{t-1} + (1 - d) u, y_t = h_t silu(W_z x_t + b_z); inputs x, W_u, W_d, W_z[, b_u, b_d, "
                "b_z][, h0]";
  static constexpr int arity = 4, most_inputs = 8;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  static constexpr std::array<Words, 1> words{{{"output", {"gated", "state"}}}};
  bool operator==(const GatedDiagonalSsm&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto e = gated_extents(*this, in);  // [gated_diagonal_ssm C1..C8]
    if (!e) return tl::unexpected(e.error());
    return e->sequence(e->hidden);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return gated(in, /*split=*/false);
  }
  // split: gates with exponentials that never overflow.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return gated(in, /*split=*/true);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const GatedExtents e = *gated_extents(*this, shapes_of(in));
    const Index n = e.hidden;
    std::vector<T> from{ct};
    from.insert(from.end(), in.begin(), in.end());
    const T all = reshape(call(GatedDiagonalSsmGrad{bias, output}, from), {e.rows(), 4 * n});
    const auto part = [&](Index k) { return slice(all, 1, k * n, (k + 1) * n); };
    const T x = reshape(in[0], {e.rows(), e.in}), h = output == "state" ? y : call(GatedDiagonalSsm{bias, "state"}, in);
    const Shape first = e.batched ? Shape{1, e.batch, n} : Shape{1, n};
    const T h0 = e.state > 0 ? reshape(in[e.state], first) : full_like(ct, first, 0);
    const T before = reshape(slice(call(Concat{0}, h0, h), 0, 0, e.steps), {e.rows(), n});
    const T by_d = matmul(part(1), slice(in[2], 1, 0, e.in));
    std::vector<T> out{reshape(add(add(matmul(part(0), in[1]), by_d), matmul(part(2), in[3])), in[0].shape()),
                       matmul(transpose_last(part(0)), x),
                       matmul(transpose_last(part(1)), call(Concat{1}, x, before)),
                       matmul(transpose_last(part(2)), x)};
    for (Index k = 0; bias && k < 3; ++k) out.push_back(call(Sum{{0}, false}, part(k)));
    if (e.state > 0) out.push_back(first_step(reshape(part(3), e.sequence(n))));
    return out;
  }
  static Sample<GatedDiagonalSsm> sample(Choices& choices) {
    return sample_gated<GatedDiagonalSsm>(choices, /*with_ct=*/false);
  }

 private:
  template <Number N>
  Tensor<N> gated(const Tensors<N>& in, bool split) const {
    const GatedExtents e = *gated_extents(*this, shapes_of(in));
    const GatedTrace<N> trace(e, in, split);
    const Index first = e.batch * e.hidden;
    return Tensor<N>::generate(e.sequence(e.hidden), [&](Index i) {
      const N& h = trace.h[static_cast<std::size_t>(first + i)];
      return output == "state" ? h : N(h * silu_of(trace.a_z[static_cast<std::size_t>(i)], split));
    });
  }
};
BOOST_DESCRIBE_STRUCT(GatedDiagonalSsm, (), (bias, output))

}  // namespace plumbline::spec
