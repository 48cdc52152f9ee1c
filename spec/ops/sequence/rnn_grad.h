// da_t = f′(a_t) (ct_t + W_hhᵀ da_{t+1}): the cotangents of rnn's preactivations a_t, back through time
#pragma once

#include "spec/ops/activation/relu.h"
#include "spec/ops/compare/greater.h"
#include "spec/ops/sequence/steps.h"

namespace plumbline::spec {

inline constexpr std::array<Words, 1> rnn_words{{{"nonlinearity", {"tanh", "relu"}}}};

// [op C9] the nonlinearity is a known word.
template <class O>
Result<void> check_nonlinearity(const O& op) {
  if (op.nonlinearity == "tanh" || op.nonlinearity == "relu") return {};
  return refuse(op, 9, "nonlinearity is tanh or relu, got ", op.nonlinearity);
}

// All h_t of an rnn, h_{−1} in front, each [B, h].
template <Number N>
std::vector<N> rnn_states(const Recurrence& r, const Tensors<N>& in, bool relu) {
  std::vector<N> h = initial(r, in);
  h.reserve(h.size() * static_cast<std::size_t>(r.steps + 1));
  for (Index row = 0; r.hidden > 0 && row < r.rows(); ++row) {
    const N *x = in[0].elements().data() + row * r.in, *before = h.data() + row * r.hidden;
    for (Index u = 0; u < r.hidden; ++u) {
      const N a = preactivation(r, in, u, x, before);
      h.push_back(relu ? ramp(a) : tanh(a));
    }
  }
  return h;
}

struct RnnGrad {
  std::string nonlinearity = "tanh";  // or relu
  bool bias = true;

  static constexpr std::string_view name = "rnn_grad",
                                    summary = "the cotangents of rnn's preactivations; inputs ct, then those of rnn";
  static constexpr int arity = 4, most_inputs = 7;
  static constexpr Index gates = 1, states = 1;
  static constexpr auto words = rnn_words;
  bool operator==(const RnnGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto r = recurrence_behind(*this, in);  // [rnn_grad C1..C8]
    if (!r) return tl::unexpected(r.error());
    if (const auto known = check_nonlinearity(*this); !known) return tl::unexpected(known.error());  // [rnn_grad C9]
    return r->sequence(r->hidden);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& all) const {
    const Tensors<N> in(all.begin() + 1, all.end());
    const Recurrence r = *recurrence_of(*this, shapes_of(in));
    const std::vector<N> h = rnn_states(r, in, nonlinearity == "relu");
    std::vector<N> da(static_cast<std::size_t>(r.rows() * r.hidden));
    for (Index row = r.rows(); r.hidden > 0 && row-- > 0;)
      for (Index u = 0; u < r.hidden; ++u) {
        const N &y = h[static_cast<std::size_t>((row + r.batch) * r.hidden + u)], &ct = all[0][row * r.hidden + u];
        const N* next = da.data() + (row + r.batch) * r.hidden;
        const auto da_at = [=](Index k) -> const N& { return next[k]; };
        const N back = row + r.batch < r.rows() ? carried_back(r, in, u, 0, r.hidden, da_at, {ct}) : ct;
        const N zero(Index{0});
        da[static_cast<std::size_t>(row * r.hidden + u)] =
            nonlinearity == "relu" ? select(less(zero, y), back, zero) : N(back * slope_of_tanh(y));
      }
    return Tensor<N>(all[0].shape(), std::move(da));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    return pulled_back(in, ct, [&](const std::vector<T>& copies) { return by_steps(copies, y.shape()); });
  }
  static Sample<RnnGrad> sample(Choices& choices) {
    auto sample = sample_recurrence<RnnGrad>(choices, /*with_ct=*/true);
    sample.op.nonlinearity = choices.pick(0, 2) == 2 ? "relu" : "tanh";
    return sample;
  }

 private:
  template <TensorLike T>
  T by_steps(const std::vector<T>& all, const Shape& shape) const {
    const std::vector<T> in(all.begin() + 1, all.end());
    const Recurrence r = *recurrence_of(*this, shapes_of(in));
    if (r.steps == 0) return full_like(all[0], shape, 0);
    const bool relu = nonlinearity == "relu";
    const std::vector<T> x = steps_of(in[0], r.steps, r.batch), ct = steps_of(all[0], r.steps, r.batch);
    std::vector<T> slope, da(x.size());
    T h = first_state(r, in);
    for (const T& x_t : x) {
      const T a = add(from_input(r, in, x_t), from_state(r, in, h));
      h = relu ? call(Relu{}, a) : call(Tanh{}, a);
      slope.push_back(relu ? call(Greater{}, h, literal(h, 0)) : tanh_slope(h));
    }
    for (std::size_t t = x.size(); t-- > 0;)
      da[t] = mul(slope[t], t + 1 < x.size() ? add(ct[t], matmul(da[t + 1], in[2])) : ct[t]);
    return sequence_of(da, shape);
  }
};
BOOST_DESCRIBE_STRUCT(RnnGrad, (), (nonlinearity, bias))

}  // namespace plumbline::spec
