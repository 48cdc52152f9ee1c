// c_t = f c_{t−1} + i g, h_t = o tanh(c_t) with i, f, o = σ and g = tanh of W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
#pragma once

#include "spec/ops/sequence/lstm_grad.h"

namespace plumbline::spec {

// x [T, in] or [T, B, in], W_ih [4h, in] and W_hh [4h, h] in the order i f g o, with bias b_ih and b_hh [4h], then
// perhaps h0 and c0, both [h] or [B, h].
struct Lstm {
  std::string output = "hidden";  // all h_t; cell: all c_t
  bool bias = true;

  static constexpr std::string_view
      name = "lstm",
      summary = "c_t = f c_{t-1} + i g, h_t = o tanh(c_t); inputs x, W_ih, W_hh[, b_ih, b_hh][, h0, c0]";
  static constexpr int arity = 3, most_inputs = 7;
  static constexpr Index gates = 4, states = 2;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  static constexpr auto words = lstm_words;
  bool operator==(const Lstm&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto r = recurrence_of(*this, in);  // [lstm C1..C7]
    if (!r) return tl::unexpected(r.error());
    if (const auto known = check_output(*this); !known) return tl::unexpected(known.error());  // [lstm C9]
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
    std::vector<T> from{ct};
    from.insert(from.end(), in.begin(), in.end());
    const T all = call(LstmGrad{output, bias}, from), da = slice(all, -1, 0, 4 * r.hidden);
    const T h = output == "hidden" ? y : call(Lstm{"hidden", bias}, in);
    std::vector<T> out = weight_cotangents(r, in, da, da, previous(r, in, h));
    if (r.state == 0) return out;
    out.push_back(matmul(first_step(da), in[2]));
    out.push_back(first_step(slice(all, -1, 4 * r.hidden, 5 * r.hidden)));
    return out;
  }
  static Sample<Lstm> sample(Choices& choices) {
    auto sample = sample_recurrence<Lstm>(choices, /*with_ct=*/false);
    sample.op.output = choices.pick(0, 2) == 2 ? "cell" : "hidden";
    return sample;
  }

 private:
  template <Number N>
  Tensor<N> states_of(const Tensors<N>& in, bool split) const {
    const Recurrence r = *recurrence_of(*this, shapes_of(in));
    const LstmTrace<N> trace(r, in, split);
    const std::vector<N>& all = output == "hidden" ? trace.h : trace.c;
    return Tensor<N>(r.sequence(r.hidden), {all.begin() + r.batch * r.hidden, all.end()});
  }
};
BOOST_DESCRIBE_STRUCT(Lstm, (), (output, bias))

}  // namespace plumbline::spec
