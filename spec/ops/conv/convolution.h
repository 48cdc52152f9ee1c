// What conv2d and its two gradients share: attributes, extents, and the pairs of elements that each sum multiplies.
#pragma once

#include "spec/ops/conv/window.h"

namespace plumbline::spec {

// y[n, o, p, q] = Σ_{c, k, l} x[n, c, i(p, k), j(q, l)] w[o, c, k, l]: x is [batch, groups·depth, …], y is
// [batch, groups·breadth, …], w is [groups·breadth, depth, …].
struct Convolution {
  Index batch, groups, depth, breadth;
  Windows window;

  Index x_plane() const { return window[0].in * window[1].in; }
  Index y_plane() const { return window[0].out * window[1].out; }
  Index w_plane() const { return window[0].kernel * window[1].kernel; }
  Shape x_shape() const { return {batch, groups * depth, window[0].in, window[1].in}; }
  Shape y_shape() const { return {batch, groups * breadth, window[0].out, window[1].out}; }
  Shape w_shape() const { return {groups * breadth, depth, window[0].kernel, window[1].kernel}; }
};

// O has attributes stride, padding, dilation and groups. Constraints [op C1..C5] of x and w.
template <class O>
Result<Convolution> convolution(const O& op, const Shape& x, const Shape& w) {
  if (x.rank() != 4) return refuse(op, 1, "input is not [batch, channels, height, width]: ", x);
  if (w.rank() != 4) return refuse(op, 2, "weight is not [out, in / groups, height, width]: ", w);
  if (op.groups < 1 || x[1] % op.groups != 0 || w[0] % op.groups != 0)
    return refuse(op, 3, "groups do not divide the channels: ", op.groups, " vs ", x[1], " in and ", w[0], " out");
  if (w[1] != x[1] / op.groups) return refuse(op, 4, "channels of a group differ: ", x[1] / op.groups, " vs ", w[1]);
  const auto window = windows(spatial(x), spatial(w), {op.stride, op.padding, op.dilation});
  if (!window) return refuse(op, 5, window.error().what());
  const Convolution conv{x[0], op.groups, w[1], w[0] / op.groups, *window};
  if (!conv.y_shape().valid()) return refuse(op, 5, "output ", conv.y_shape(), " is too large");
  return conv;
}

// One product of a sum: the offsets of its factors, relative to where the sum's batch and group begin.
struct Tap {
  Index a, b;
};

template <class O>
struct ConvSample {
  O op;
  Shape x, w, y;
};

template <class O>
ConvSample<O> sample_convolution(Choices& choices) {
  const Index groups = choices.pick(0, 3) == 3 ? choices.pick(2, 3) : 1;
  const auto channels = [&] { return choices.pick(0, 7) == 7 ? pick_extent(choices, 17) : choices.pick(1, 4); };
  const Index depth = channels(), breadth = channels();
  const Index batch = choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 3);
  const Shape w{groups * breadth, depth, choices.pick(1, 4), choices.pick(1, 4)};
  Shape x{batch, groups * depth, choices.pick(1, 9), choices.pick(1, 9)};
  const WindowSpec spec = pick_window(choices, /*dilated=*/true);
  O op;
  op.stride = spec.stride, op.padding = spec.padding, op.dilation = spec.dilation, op.groups = groups;
  while (!convolution(op, x, w)) ++x[2], ++x[3];
  return {op, x, w, convolution(op, x, w)->y_shape()};
}

}  // namespace plumbline::spec
