// What rope and sinusoidal_encoding share: the angles pos · base^(−2i/d) of positions along an axis
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

// [op C1] x has two axes, [op C2] axis is one of them but the last, [op C3] base is finite and from 1, [op C4] start
// is from 0 and no position exceeds 2^32. Yields the axis of the positions, counted from the front.
template <class O>
Result<Index> position_axis(const O& op, const Shape& x) {
  if (x.rank() < 2) return refuse(op, 1, "x needs two axes: ", x);
  const auto axis = normal_axis(op.axis, x.rank());
  if (!axis) return refuse(op, 2, axis.error().what());
  if (*axis == x.rank() - 1) return refuse(op, 2, "axis ", op.axis, " is that of the pairs, of ", x);
  if (!(op.base >= 1) || !std::isfinite(op.base)) return refuse(op, 3, "base is not finite and from 1: ", op.base);
  if (constexpr Index last = Index{1} << 32; 0 > op.start || last - x[*axis] < op.start)
    return refuse(op, 4, "positions leave 0 to 2^32: start ", op.start, " of extent ", x[*axis]);
  return *axis;
}

// The sine and the cosine of each angle pos · base^(−2i/d), for all positions and i < pairs, row-major.
template <Number N>
struct Angles {
  Index positions, pairs, inner;  // elements from one position to the next
  std::vector<N> sine, cosine;

  // Of element e of x: its place in the table for pair i.
  std::size_t at(Index e, Index i) const { return static_cast<std::size_t>(e / inner % positions * pairs + i); }
};

// As a kernel computes them in the claimed formats. `exact`: as numbers that are rounded to a wider format than theirs,
// and then to theirs, as of tables [rope B1].
template <class O, Number N>
Angles<N> angles(const O& op, const Tensor<N>& x, Index pairs, bool exact) {
  const Shape& s = x.shape();
  const Index axis = *position_axis(op, s), width = s.back(0);
  Angles<N> out{s[axis], pairs, 1, {}, {}};
  for (Index a = axis + 1; a < s.rank(); ++a) out.inner *= s[a];
  if (x.size() == 0) return out;
  const N one = real(x[0], 1);
  for (Index t = 0; t < out.positions; ++t)
    for (Index i = 0; i < pairs; ++i) {
      const N base = exact ? N(op.base) : real(x[0], op.base);
      const N exponent = exact ? N(Index{-2 * i}) / N(width) : ratio(x[0], -2 * i, width);
      const N position = exact ? N(op.start + t) : real(x[0], static_cast<double>(op.start + t));
      const N angle = position * pow(base, exponent);
      out.sine.push_back(exact ? N(sin(angle) * one) : sin(angle));
      out.cosine.push_back(exact ? N(cos(angle) * one) : cos(angle));
    }
  return out;
}

template <class O>
Sample<O> sample_positions(Choices& choices) {
  Shape shape = pick_shape(choices, 2, 4, 1024);
  O op;
  op.axis = choices.pick(0, shape.rank() - 2);
  if (choices.coin()) op.axis -= shape.rank();
  op.start = choices.one_of<Index>({0, 1, 7, 100, 4095, Index{1} << 31});
  op.base = choices.one_of<double>({10000, 500000, 10, 2.5});
  return {op, {shape}, {}};
}

}  // namespace plumbline::spec
