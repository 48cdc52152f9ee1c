// How planted bugs bend tensors.
#pragma once

#include <cmath>

#include "crosscheck/mutants/mutant.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {

inline double f32(double x) { return static_cast<float>(x); }

template <class F>
Values changed(Values x, F&& f) {
  auto elements = x.mutable_elements();
  for (spec::Index i = 0; i < x.size(); ++i) elements[static_cast<std::size_t>(i)] = f32(f(i, elements[static_cast<std::size_t>(i)]));
  return x;
}

// Every element rounded to a narrower format.
inline Values narrowed(const Values& x, const spec::Format& format) {
  return changed(x, [&](spec::Index, double v) { return spec::round_to_format(v, format); });
}
inline std::vector<Values> narrowed(const std::vector<Values>& in, const spec::Format& format) {
  std::vector<Values> out;
  for (const Values& x : in) out.push_back(narrowed(x, format));
  return out;
}

// x with the last element of each fibre along `axis` replaced.
inline Values with_last(const Values& x, spec::Index axis, double value) {
  const auto a = spec::normal_axis(axis, x.shape().rank());
  if (!a || x.size() == 0) return x;
  const spec::Fibres fibre = spec::fibres(x.shape(), {*a});
  Values y = x;
  auto elements = y.mutable_elements();
  for (spec::Index start : fibre.start) elements[static_cast<std::size_t>(start + fibre.step.back())] = value;
  return y;
}

// The elements of x as if they had been stored column by column.
inline Values read_transposed(const Values& x) {
  const spec::Index rank = x.shape().rank();
  if (rank < 2) return x;
  const spec::Index rows = x.shape().back(1), columns = x.shape().back(0);
  return Values::generate(x.shape(), [&](spec::Index i) {
    const spec::Index block = i / (rows * columns) * rows * columns, r = i % (rows * columns) / columns, c = i % columns;
    return x[block + c * rows + r];
  });
}

// Rotated by k elements in memory.
inline Values shifted(const Values& x, spec::Index k) {
  return Values::generate(x.shape(), [&](spec::Index i) { return x[(i + k + x.size()) % x.size()]; });
}

// A small relative error that oscillates with the value: what a short polynomial leaves behind. About 1e-4 at bits = 13.
inline double wobble(double x, int bits) { return 1 + std::ldexp(std::sin(x * 37), -bits); }

}  // namespace plumbline::crosscheck
