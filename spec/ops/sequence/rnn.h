// h_t = f(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), f = tanh or relu; all h_t
#pragma once

#include "spec/ops/sequence/rnn_grad.h"

namespace plumbline::spec {

// x [T, in] or [T, B, in], W_ih [h, in], W_hh [h, h], with bias b_ih and b_hh [h], then perhaps h0 [h] or [B, h].
struct Rnn {
  std::string nonlinearity = "tanh";  // or relu
  bool bias = true;

  static constexpr std::string_view
      name = "rnn",
      summary = "h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh); inputs x, W_ih, W_hh[, b_ih, b_hh][, h0]";
  static constexpr int arity = 3, most_inputs = 6;
  static constexpr Index gates = 1, states = 1;
  static constexpr auto words = rnn_words;
  bool operator==(const Rnn&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto r = recurrence_of(*this, in);  // [rnn C1..C7]
    if (!r) return tl::unexpected(r.error());
    if (const auto known = check_nonlinearity(*this); !known) return tl::unexpected(known.error());  // [rnn C9]
    return r->sequence(r->hidden);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Recurrence r = *recurrence_of(*this, shapes_of(in));
    const std::vector<N> h = rnn_states(r, in, nonlinearity == "relu");
    return Tensor<N>(r.sequence(r.hidden), {h.begin() + r.batch * r.hidden, h.end()});
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const Recurrence r = *recurrence_of(*this, shapes_of(in));
    std::vector<T> from{ct};
    from.insert(from.end(), in.begin(), in.end());
    const T da = call(RnnGrad{nonlinearity, bias}, from);
    std::vector<T> out = weight_cotangents(r, in, da, da, previous(r, in, y));
    if (r.state > 0) out.push_back(matmul(first_step(da), in[2]));
    return out;
  }
  static Sample<Rnn> sample(Choices& choices) {
    auto sample = sample_recurrence<Rnn>(choices, /*with_ct=*/false);
    sample.op.nonlinearity = choices.pick(0, 2) == 2 ? "relu" : "tanh";
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(Rnn, (), (nonlinearity, bias))

}  // namespace plumbline::spec
