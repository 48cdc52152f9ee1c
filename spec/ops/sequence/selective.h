// What selective_scan is made of: its inputs and shapes, and the step sizes Δ
#pragma once

#include "spec/ops/activation/silu.h"
#include "spec/ops/activation/softplus.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/linalg/einsum.h"
#include "spec/ops/sequence/linear_scan.h"
#include "spec/ops/sequence/recurrence.h"

namespace plumbline::spec {

// Extents, and which input the optional ones are; 0: not given.
struct Selection {
  Index steps = 0, batch = 1, width = 0, states = 0;
  std::size_t d = 0, z = 0, bias = 0, h0 = 0;
};

// [op C1] u has two axes or three, [op C2] Δ has u's shape, [op C3] A is [d, n], [op C4] B and C are u's with n for d,
// [op C5] the inputs are as many as the attributes say, [op C6] D, z, bias and h0 fit, [op C7] all states are not too
// large, [op C8] output is a known word.
template <class O>
Result<Selection> selection_of(const O& op, const Shapes& in) {
  const Shape &u = in[0], &a = in[2];
  if (u.rank() != 2 && u.rank() != 3) return refuse(op, 1, "u has 2 axes or 3, got ", u);
  if (in[1] != u) return refuse(op, 2, "delta differs from u: ", in[1], " vs ", u);
  if (a.rank() != 2 || a[0] != u.back(0)) return refuse(op, 3, "A has a row for each channel of u: ", a, " vs ", u);
  Shape read = u, state = a;
  read[read.rank() - 1] = a[1];
  for (std::size_t i = 3; i < 5; ++i)
    if (in[i] != read) return refuse(op, 4, "B or C differs from u with n states: ", in[i], " vs ", read);
  Selection s{u[0], u.rank() == 3 ? u[1] : 1, a[0], a[1]};
  std::size_t next = 5;
  if (op.skip) s.d = next++;
  if (op.gate) s.z = next++;
  if (op.delta_bias) s.bias = next++;
  if (in.size() != next && in.size() != next + 1)
    return refuse(op, 5, "expects ", next, " or ", next + 1, " inputs, got ", in.size());
  if (in.size() > next) s.h0 = next;
  if (u.rank() == 3) state = Shape{s.batch, s.width, s.states};
  const auto fits = [&](std::size_t i, const Shape& should) { return i == 0 || in[i] == should; };
  if (!fits(s.d, {s.width}) || !fits(s.bias, {s.width}) || !fits(s.z, u) || !fits(s.h0, state))
    return refuse(op, 6, "D, z, bias or h0 differs from ", Shape{s.width}, ", ", u, ", ", Shape{s.width}, ", ", state);
  if (const Shape all{s.steps, s.batch, s.width, s.states}; !all.valid())
    return refuse(op, 7, "the states ", all, " are too large");
  if (op.output != "gated" && op.output != "state")
    return refuse(op, 8, "output is gated or state, got ", op.output);
  return s;
}

// Δ of one channel at one step, with its bias, through softplus where that is asked for.
template <class O, Number N>
N step_size(const O& op, const Selection& s, const Tensors<N>& in, Index row, Index channel, bool split) {
  N x = in[1][row * s.width + channel];
  if (s.bias > 0) x = x + in[s.bias][channel];
  if (!op.delta_softplus) return x;
  return split ? N(ramp(x) + log1p(exp(-abs(x)))) : N(log(N(Index{1}) + exp(x)));
}

// The same for all of them, as ops, and the way back from their cotangent to that of Δ.
template <class O, TensorLike T>
T step_sizes(const O& op, const Selection& s, const std::vector<T>& in) {
  const T x = s.bias > 0 ? add(in[1], in[s.bias]) : in[1];
  return op.delta_softplus ? call(Softplus{}, x) : x;
}
template <class O, TensorLike T>
T through_step_sizes(const O& op, const Selection& s, const std::vector<T>& in, const T& ct) {
  if (!op.delta_softplus) return ct;
  return mul(ct, call(Sigmoid{}, s.bias > 0 ? add(in[1], in[s.bias]) : in[1]));
}

template <class O>
Sample<O> sample_selection(Choices& choices) {
  O op;
  op.skip = choices.coin(), op.gate = choices.coin();
  op.delta_bias = choices.coin(), op.delta_softplus = choices.coin();
  op.output = choices.pick(0, 3) == 3 ? "state" : "gated";
  const Index steps = choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 6), batch = choices.pick(1, 3);
  const Index d = pick_extent(choices, 9), n = pick_extent(choices, 17);
  const bool batched = choices.coin();
  const auto sequence = [&](Index width) { return batched ? Shape{steps, batch, width} : Shape{steps, width}; };
  const Domain decay = Domain::within(-8, 1, {0, -1}), step = Domain::within(-4, 4, {0}),
               finite = Domain::within(-0x1p20, 0x1p20, {0, -17, 17});
  Sample<O> sample{op, {sequence(d), sequence(d), {d, n}, sequence(n), sequence(n)},
                   {finite, step, decay, finite, finite}};
  if (op.skip) sample.shapes.push_back({d});
  if (op.gate) sample.shapes.push_back(sequence(d));
  if (op.delta_bias) sample.shapes.push_back({d});
  sample.domains.resize(sample.shapes.size(), finite);
  if (op.delta_bias) sample.domains.back() = step;
  if (choices.coin())
    sample.shapes.push_back(batched ? Shape{batch, d, n} : Shape{d, n}), sample.domains.push_back(finite);
  return sample;
}

}  // namespace plumbline::spec
