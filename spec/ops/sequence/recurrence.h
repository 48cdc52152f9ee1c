// What rnn, gru and lstm share: inputs x, W_ih, W_hh[, b_ih, b_hh][, h0[, c0]], time-major, in PyTorch's weight layout
#pragma once

#include "spec/ops/linalg/contraction.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/sequence/gates.h"
#include "spec/ops/shape/concat.h"
#include "spec/ops/shape/full.h"
#include "spec/ops/shape/slice.h"

namespace plumbline::spec {

// x is [T, in], or [T, B, in]; without a batch axis batch is 1.
struct Recurrence {
  Index steps = 0, batch = 1, in = 0, hidden = 0;
  bool batched = false, bias = false;
  std::size_t state = 0;  // which input h0 is; 0: the state begins as zeros

  Index rows() const { return steps * batch; }
  // [T, B, width] or [T, width]
  Shape sequence(Index width) const { return batched ? Shape{steps, batch, width} : Shape{steps, width}; }
};

// O has `gates`, the blocks of rows in its weights, `states`, and the attribute `bias`. [op C1] x has 2 axes or 3,
// [op C2] W_hh is [gates·h, h], [op C3] W_ih is [gates·h, in], [op C4] the inputs are as many as bias says, with all of
// the initial states or none, [op C5] biases are [gates·h], [op C6] states are [B, h], or [h], [op C7] the result is
// not too large.
template <class O>
Result<Recurrence> recurrence_of(const O& op, const Shapes& in) {
  const Shape &x = in[0], &w = in[1], &u = in[2];
  if (x.rank() != 2 && x.rank() != 3) return refuse(op, 1, "x has 2 axes or 3, got ", x);
  if (u.rank() != 2 || u[1] > max_elements / O::gates || u[0] != O::gates * u[1])
    return refuse(op, 2, "W_hh is not [", O::gates, " h, h]: ", u);
  if (w != Shape{u[0], x.back(0)}) return refuse(op, 3, "W_ih differs from W_hh's rows and x: ", w, " vs ", u, ", ", x);
  const std::size_t weights = op.bias ? 5 : 3, states = O::states;
  constexpr std::size_t before = O::arity - 3;  // a gradient's cotangent
  if (in.size() != weights && in.size() != weights + states)
    return refuse(op, 4, "expects ", before + weights, " or ", before + weights + states, " inputs, got ",
                  before + in.size());
  Recurrence r{x[0], x.rank() == 3 ? x[1] : 1, x.back(0), u[1], x.rank() == 3, op.bias, 0};
  for (std::size_t i = 3; i < weights; ++i)
    if (in[i] != Shape{u[0]})
      return refuse(op, 5, "bias differs from W_hh's rows: ", in[i], " vs ", u);
  const Shape state = r.batched ? Shape{r.batch, r.hidden} : Shape{r.hidden};
  for (std::size_t i = weights; i < in.size(); ++i)
    if (in[i] != state) return refuse(op, 6, "the initial state differs: ", in[i], " vs ", state);
  if (in.size() > weights) r.state = weights;
  if (const Shape all{r.steps, r.batch, (O::gates + 1), r.hidden}; !all.valid())
    return refuse(op, 7, "shape ", all, " of all gates is too large");
  return r;
}

// As recurrence_of, for a gradient op whose first input is the cotangent: [op C8].
template <class O>
Result<Recurrence> recurrence_behind(const O& op, const Shapes& in) {
  const auto r = recurrence_of(op, {in.begin() + 1, in.end()});
  if (r && in[0] != r->sequence(r->hidden))
    return refuse(op, 8, "ct differs from the states: ", in[0], " vs ", r->sequence(r->hidden));
  return r;
}

// Σ_p W_ih[row, p] x_p + b_ih[row] + Σ_p W_hh[row, p] h_p + b_hh[row], one sum; without x or h that half is left out.
template <Number N>
N preactivation(const Recurrence& r, const Tensors<N>& in, Index row, const N* x, const N* h) {
  const Index from_x = x != nullptr ? r.in : 0, from_h = h != nullptr ? r.hidden : 0, products = from_x + from_h;
  const N *w = in[1].elements().data() + row * r.in, *u = in[2].elements().data() + row * r.hidden;
  const Index biases = r.bias ? (x != nullptr) + (h != nullptr) : 0;
  return sum<N>(products + biases, [&](Index k) -> N {
    if (k < from_x) return w[k] * x[k];
    if (k < products) return u[k - from_x] * h[k - from_x];
    return in[x != nullptr && k == products ? 3 : 4][row];
  });
}

// Σ_row W_hh[first + row, p] da(row) over n rows, and what else is added: what a state gets back from its readers.
template <Number N, class Da>
N carried_back(const Recurrence& r, const Tensors<N>& in, Index p, Index first, Index n, Da&& da,
               const std::vector<N>& more = {}) {
  const N* u = in[2].elements().data() + first * r.hidden + p;
  return sum<N>(n + static_cast<Index>(more.size()), [&](Index k) -> N {
    return k < n ? N(u[k * r.hidden] * da(k)) : more[static_cast<std::size_t>(k - n)];
  });
}

// The initial states, one after another: zeros, or input `state`.
template <Number N>
std::vector<N> initial(const Recurrence& r, const Tensors<N>& in, std::size_t which = 0) {
  const auto n = static_cast<std::size_t>(r.batch * r.hidden);
  if (r.state == 0) return std::vector<N>(n, N(Index{0}));
  const auto given = in[r.state + which].elements();
  return {given.begin(), given.end()};
}

// Time and batch as one axis of rows.
template <TensorLike T>
T as_rows(const Recurrence& r, const T& x) {
  return reshape(x, {r.rows(), x.shape().back(0)});
}
// h_{t−1} for each step, from all h_t.
template <TensorLike T>
T previous(const Recurrence& r, const std::vector<T>& in, const T& h) {
  const Shape first = r.batched ? Shape{1, r.batch, r.hidden} : Shape{1, r.hidden};
  const T h0 = r.state > 0 ? reshape(in[r.state], first) : full_like(h, first, 0);
  return slice(call(Concat{0}, h0, h), 0, 0, r.steps);
}
// The first step of a sequence; zeros where there is none.
template <TensorLike T>
T first_step(const T& x) {
  return call(Sum{{0}, false}, slice(x, 0, 0, 1));
}
// The cotangents of x, W_ih, W_hh and the biases, from those of the preactivations, as read by x and by h_{t−1}.
template <TensorLike T>
std::vector<T> weight_cotangents(const Recurrence& r, const std::vector<T>& in, const T& by_x, const T& by_h,
                                 const T& before) {
  const T from_x = as_rows(r, by_x), from_h = as_rows(r, by_h);
  std::vector<T> out{reshape(matmul(from_x, in[1]), in[0].shape()),
                     matmul(transpose_last(from_x), as_rows(r, in[0])),
                     matmul(transpose_last(from_h), as_rows(r, before))};
  if (r.bias) out.push_back(call(Sum{{0}, false}, from_x)), out.push_back(call(Sum{{0}, false}, from_h));
  return out;
}

// All shapes of a recurrent op; `with_ct`: the cotangent of its states in front.
template <class O>
Sample<O> sample_recurrence(Choices& choices, bool with_ct) {
  O op;
  op.bias = choices.pick(0, 2) < 2;
  static const std::vector<Index> widths{1, 2, 3, 4, 5, 7, 8, 16, 17};
  const Index h = choices.one_of(widths), in = choices.one_of(widths);
  const Index steps = choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 6), batch = choices.pick(1, 3);
  const bool batched = choices.coin();
  const auto sequence = [&](Index width) { return batched ? Shape{steps, batch, width} : Shape{steps, width}; };
  Shapes shapes{sequence(in), {O::gates * h, in}, {O::gates * h, h}};
  for (int i = 0; op.bias && i < 2; ++i) shapes.push_back({O::gates * h});
  const Index states = choices.coin() ? O::states : 0;
  for (Index i = 0; i < states; ++i) shapes.push_back(batched ? Shape{batch, h} : Shape{h});
  if (with_ct) shapes.insert(shapes.begin(), sequence(h));
  // Preactivations reach where gates are shut, and no further.
  return {op, shapes, std::vector<Domain>(shapes.size(), Domain::within(-512, 512, {0, -17, 17}))};
}

}  // namespace plumbline::spec
