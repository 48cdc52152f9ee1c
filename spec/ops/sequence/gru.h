// h_t = (1 − z) n + z h_{t−1} with r, z = σ(W x_t + b + U h_{t−1} + b′) and n = tanh(W x_t + b + r (U h_{t−1} + b′))
#pragma once

#include "spec/ops/sequence/gru_grad.h"

namespace plumbline::spec {

// x [T, in] or [T, B, in], W_ih [3h, in] and W_hh [3h, h] in the order r z n, with bias b_ih and b_hh [3h], then
// perhaps h0 [h] or [B, h].
struct Gru {
  bool reset_after = true;  // as PyTorch and cuDNN; false: n = tanh(W x_t + b + U (r h_{t−1}) + b′), Cho et al. 2014
  bool bias = true;

  static constexpr std::string_view
      name = "gru", summary = "h_t = (1 - z) n + z h_{t-1}; inputs x, W_ih, W_hh[, b_ih, b_hh][, h0]";
  static constexpr int arity = 3, most_inputs = 6;
  static constexpr Index gates = 3, states = 1;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  bool operator==(const Gru&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto r = recurrence_of(*this, in);  // [gru C1..C7]
    if (!r) return tl::unexpected(r.error());
    return r->sequence(r->hidden);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return states_of(in, /*split=*/false);
  }
  // split: gates with exponentials that never overflow.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return states_of(in, /*split=*/true);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const Recurrence r = *recurrence_of(*this, shapes_of(in));
    const Index h = r.hidden;
    std::vector<T> from{ct};
    from.insert(from.end(), in.begin(), in.end());
    const T all = call(GruGrad{reset_after, bias}, from), before = previous(r, in, y);
    const T by_x = slice(all, -1, 0, 3 * h), gates_rz = slice(all, -1, 0, 2 * h), fourth = slice(all, -1, 3 * h, 4 * h);
    const T by_h = reset_after ? call(Concat{-1}, gates_rz, fourth) : by_x;
    std::vector<T> out = weight_cotangents(r, in, by_x, by_h, before);
    if (!reset_after) {
      const T da_n = as_rows(r, slice(all, -1, 2 * h, 3 * h));
      out[2] = call(Concat{0}, matmul(transpose_last(as_rows(r, gates_rz)), as_rows(r, before)),
                    matmul(transpose_last(da_n), as_rows(r, fourth)));
    }
    if (r.state > 0) out.push_back(first_step(slice(all, -1, 4 * h, 5 * h)));
    return out;
  }
  static Sample<Gru> sample(Choices& choices) {
    auto sample = sample_recurrence<Gru>(choices, /*with_ct=*/false);
    sample.op.reset_after = choices.pick(0, 2) < 2;
    return sample;
  }

 private:
  template <Number N>
  Tensor<N> states_of(const Tensors<N>& in, bool split) const {
    const Recurrence r = *recurrence_of(*this, shapes_of(in));
    const GruTrace<N> trace(r, in, reset_after, split);
    return Tensor<N>(r.sequence(r.hidden), {trace.h.begin() + r.batch * r.hidden, trace.h.end()});
  }
};
BOOST_DESCRIBE_STRUCT(Gru, (), (reset_after, bias))

}  // namespace plumbline::spec
