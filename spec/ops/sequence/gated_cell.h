// What gated_diagonal_ssm and its gradient share: inputs x, W_u, W_d, W_z[, b_u, b_d, b_z][, h0], and the states
#pragma once

#include "spec/ops/sequence/recurrence.h"

namespace plumbline::spec {

// Extents and which input the optional ones are; 0: not given.
struct GatedExtents {
  Index steps = 0, batch = 1, in = 0, hidden = 0;
  bool batched = false, bias = false;
  std::size_t state = 0;

  Index rows() const { return steps * batch; }
  Shape sequence(Index width) const { return batched ? Shape{steps, batch, width} : Shape{steps, width}; }
};

// [op C1] x has two axes or three, [op C2] W_u and W_z are [h, in], [op C3] W_d is [h, in + h], [op C4] the inputs are
// as many as bias says, [op C5] biases are [h], [op C6] h0 is [B, h] or [h], [op C7] all gates are not too large,
// [op C8] output is a known word.
template <class O>
Result<GatedExtents> gated_extents(const O& op, const Shapes& in) {
  const Shape &x = in[0], &w = in[1];
  if (x.rank() != 2 && x.rank() != 3) return refuse(op, 1, "x has 2 axes or 3, got ", x);
  if (w.rank() != 2 || w[1] != x.back(0) || in[3] != w)
    return refuse(op, 2, "W_u or W_z is not [h, in]: ", w, ", ", in[3], " for x ", x);
  if (in[2] != Shape{w[0], w[0] + w[1]}) return refuse(op, 3, "W_d is not [h, in + h]: ", in[2], " vs ", w);
  const std::size_t weights = op.bias ? 7 : 4;
  constexpr std::size_t before = O::arity - 4;  // a gradient's cotangent
  if (in.size() != weights && in.size() != weights + 1)
    return refuse(op, 4, "expects ", before + weights, " or ", before + weights + 1, " inputs, got ",
                  before + in.size());
  GatedExtents e{x[0], x.rank() == 3 ? x[1] : 1, w[1], w[0], x.rank() == 3, op.bias, 0};
  for (std::size_t i = 4; i < weights; ++i)
    if (in[i] != Shape{w[0]}) return refuse(op, 5, "bias differs from the rows of W_u: ", in[i], " vs ", w);
  const Shape state = e.batched ? Shape{e.batch, e.hidden} : Shape{e.hidden};
  if (in.size() > weights) e.state = weights;
  if (e.state > 0 && in[e.state] != state) return refuse(op, 6, "h0 differs: ", in[e.state], " vs ", state);
  if (const Shape all{e.steps, e.batch, 4, e.hidden}; !all.valid())
    return refuse(op, 7, "shape ", all, " is too large");
  if (op.output != "gated" && op.output != "state")
    return refuse(op, 8, "output is gated or state, got ", op.output);
  return e;
}

// a_u, a_z, d = σ(a_d), u = silu(a_u) and h_t = d h_{t−1} + (1 − d) u of each row; h begins with the initial state.
template <Number N>
struct GatedTrace {
  std::vector<N> a_u, a_z, d, u, h;

  GatedTrace(const GatedExtents& e, const Tensors<N>& in, bool split) {
    const Index n = e.hidden;
    for (Index k = 0; k < e.batch * n; ++k) h.push_back(e.state > 0 ? in[e.state][k] : N(Index{0}));
    h.reserve(static_cast<std::size_t>((e.steps + 1) * e.batch * n));
    for (Index row = 0; n > 0 && row < e.rows(); ++row) {
      const N *x = in[0].elements().data() + row * e.in, *before = h.data() + row * n;
      // Σ_p W[i, p] x_p + b_i, of weight `which`; W_d goes on with h_{t−1}.
      const auto affine = [&](std::size_t which, Index i) {
        const Index k = which == 2 ? e.in + n : e.in;
        const N* w = in[which].elements().data() + i * k;
        return sum<N>(k + e.bias, [&](Index p) -> N {
          return p == k ? in[which + 3][i] : N(w[p] * (p < e.in ? x[p] : before[p - e.in]));
        });
      };
      for (Index i = 0; i < n; ++i) {
        a_u.push_back(affine(1, i)), a_z.push_back(affine(3, i));
        d.push_back(gate_of(affine(2, i), split)), u.push_back(silu_of(a_u.back(), split));
        h.push_back(d.back() * before[i] + (N(Index{1}) - d.back()) * u.back());
      }
    }
  }
};

template <class O>
Sample<O> sample_gated(Choices& choices, bool with_ct) {
  O op;
  op.bias = choices.pick(0, 2) < 2;
  op.output = choices.pick(0, 3) == 3 ? "state" : "gated";
  const Index in = pick_extent(choices, 9), h = pick_extent(choices, 9), batch = choices.pick(1, 3);
  const Index steps = choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 5);
  const bool batched = choices.coin();
  const auto sequence = [&](Index width) { return batched ? Shape{steps, batch, width} : Shape{steps, width}; };
  Shapes shapes{sequence(in), {h, in}, {h, in + h}, {h, in}};
  for (int i = 0; op.bias && i < 3; ++i) shapes.push_back({h});
  if (choices.coin()) shapes.push_back(batched ? Shape{batch, h} : Shape{h});
  if (with_ct) shapes.insert(shapes.begin(), sequence(h));
  return {op, shapes, std::vector<Domain>(shapes.size(), Domain::within(-512, 512, {0, -17, 17}))};
}

}  // namespace plumbline::spec
