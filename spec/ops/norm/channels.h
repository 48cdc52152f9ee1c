// What the normalisations by channel share: x is [batch, channels, space…], weights have one entry for each channel.
#pragma once

#include "spec/ops/norm/slices_grad.h"

namespace plumbline::spec {

// [op C1], [op C2] of batch_norm, instance_norm, group_norm and their gradients.
template <class O>
Result<void> check_channels(const O& op, const Shape& x) {
  if (x.rank() < 2) return refuse(op, 1, "x has ", x.rank(), " axes, fewer than 2 (batch, channels): ", x);
  if (!(op.eps >= 0) || !std::isfinite(op.eps)) return refuse(op, 2, "eps is not a finite number from 0: ", op.eps);
  return {};
}

// [op `label`]: inputs `from` and above are vectors with an entry for each channel.
template <class O>
Result<void> check_parameters(const O& op, int label, const Shapes& in, std::size_t from) {
  for (std::size_t i = from; i < in.size(); ++i)
    if (in[i] != Shape{in[0][1]})
      return refuse(op, label, "input ", i, " differs from the channels of x: ", in[i], " vs ", Shape{in[0][1]});
  return {};
}

// [op C3]: num_groups is positive and divides the channels.
template <class O>
Result<void> check_groups(const O& op, const Shape& x) {
  if (op.num_groups <= 0 || x[1] % op.num_groups != 0)
    return refuse(op, 3, "num_groups does not divide the channels: ", op.num_groups, " vs ", x[1]);
  return {};
}

inline Index space_of(const Shape& x) {
  Index space = 1;
  for (Index a = 2; a < x.rank(); ++a) space *= x[a];
  return space;
}

// One slice for each channel, over batch and space.
inline Slicing batch_slicing(const Shape& x) {
  const Index space = space_of(x);
  return {{x[0], x[1], space}, {0, 2}, std::max<Index>(1, space), std::max<Index>(1, x[1])};
}

// One slice for each image and group of channels, over the group and space.
inline Slicing group_slicing(const Shape& x, Index groups) {
  const Index space = space_of(x);
  return {{x[0], groups, groups == 0 ? 0 : x[1] / groups * space},
          {2},
          std::max<Index>(1, space),
          std::max<Index>(1, x[1])};
}

// A vector by channel, as it broadcasts to x.
inline Shape channel_shape(const Shape& x) {
  Shape shape{x[1]};
  for (Index a = 2; a < x.rank(); ++a) shape.push_back(1);
  return shape;
}

// The axes of x but that of the channels.
inline Axes all_but_channels(const Shape& x) {
  Axes axes{0};
  for (Index a = 2; a < x.rank(); ++a) axes.push_back(a);
  return axes;
}

// x of 2 to 5 axes, with a multiple of `groups` channels.
inline Shape pick_channels(Choices& choices, Index groups = 1) {
  Shape x{choices.pick(1, 5), groups * choices.pick(1, groups > 1 ? 3 : 9)};
  const Shape space = pick_shape(choices, 0, 3, 64);
  for (Index d : space.dims()) x.push_back(d);
  if (choices.pick(0, 31) == 31) x[0] = 0;
  return x;
}

inline double pick_eps(Choices& choices) { return choices.one_of<double>({1e-5, 1e-6, 1e-12, 1e-3, 0}); }

}  // namespace plumbline::spec
