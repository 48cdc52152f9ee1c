// new = (1 − m) · old + m · batch by channel: what the updates of batch_norm's running statistics share.
#pragma once

#include "spec/ops/norm/channels.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

// Inputs x, old[, num_batches_tracked], the number of batches that old has seen: with it m = 1 / (1 + that number), the
// cumulative average, PyTorch's momentum=None, and the attribute must be 0. O says `correction`: the statistic needs
// more values than that. [op C1..C5]
template <class O>
Result<Shape> running_shape(const O& op, const Shapes& in) {
  const Shape& x = in[0];
  if (x.rank() < 2) return refuse(op, 1, "x has ", x.rank(), " axes, fewer than 2 (batch, channels): ", x);
  if (!(op.momentum >= 0) || !(op.momentum <= 1))
    return refuse(op, 2, "momentum is not in [0, 1]: ", op.momentum);
  if (in[1] != Shape{x[1]})
    return refuse(op, 3, "the old statistic differs from the channels of x: ", in[1], " vs ", Shape{x[1]});
  if (const Index n = x[0] * space_of(x); n <= O::correction)
    return refuse(op, 4, "a channel has ", n, " values, not more than ", O::correction, ": ", x);
  if (in.size() == 2) return in[1];
  if (in[2].rank() != 0) return refuse(op, 5, "num_batches_tracked is not a scalar: ", in[2]);
  if (op.momentum != 0) return refuse(op, 5, "momentum is not 0 beside num_batches_tracked: ", op.momentum);
  return in[1];
}

// `statistic(n, k ↦ x_k)` of each channel's n values, mixed with the old one.
template <class O, Number N, class F>
Tensor<N> running_update(const O& op, const Tensors<N>& in, F&& statistic) {
  const Slicing s = batch_slicing(in[0].shape());
  const Fibres fibre = fibres(s.view, s.axes);
  return Tensor<N>::generate(in[1].shape(), [&](Index c) {
    const Index start = fibre.start[static_cast<std::size_t>(c)];
    const N batch = statistic(fibre.length(), [&](Index k) -> const N& {
      return in[0][start + fibre.step[static_cast<std::size_t>(k)]];
    });
    const N one(Index{1}), m = in.size() > 2 ? one / (one + in[2][0]) : real(batch, op.momentum);
    return (one - m) * in[1][c] + m * batch;
  });
}

// m as a tensor, and ct·m by channel as it broadcasts to x.
template <class O, TensorLike T>
T momentum_of(const O& op, const std::vector<T>& in) {
  if (in.size() == 2) return literal(in[0], op.momentum);
  const T one = literal(in[0], 1);
  return div(one, add(one, in[2]));
}

template <class O>
Sample<O> sample_running(Choices& choices) {
  Shape x = pick_channels(choices);
  for (Index a = 0; a < x.rank(); ++a) x[a] = std::max<Index>(a == 0 ? 1 + O::correction : 1, x[a]);
  O op;
  op.momentum = choices.one_of<double>({0.1, 0.5, 1, 0, 0});
  Shapes shapes{x, {x[1]}};
  const bool cumulative = op.momentum == 0 && choices.coin();
  if (cumulative) shapes.push_back({});
  return {op, shapes, {Domain::any(), Domain::any(), Domain::whole_within(0, 1000, {0, 1, 2})}};
}

}  // namespace plumbline::spec
