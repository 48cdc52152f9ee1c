// How planted bugs bend tensors.
#pragma once

#include <cmath>
#include <initializer_list>
#include <limits>

#include "crosscheck/mutants/mutant.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

inline double f32(double x) { return static_cast<float>(x); }

// y_i = f(i, x_i), rounded to float.
template <class F>
Values changed(Values x, F&& f) {
  auto elements = x.mutable_elements();
  for (spec::Index i = 0; i < x.size(); ++i)
    elements[static_cast<std::size_t>(i)] = f32(f(i, elements[static_cast<std::size_t>(i)]));
  return x;
}
inline Values scaled(const Values& x, double factor) {
  return changed(x, [=](spec::Index, double v) { return v * factor; });
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

// The list with one entry replaced.
inline std::vector<Values> with_input(std::vector<Values> in, std::size_t k, Values x) {
  if (k < in.size()) in[k] = std::move(x);
  return in;
}

// x with f(k, n, v) for element k of each fibre of length n along `axis`.
template <class F>
Values along_axis(const Values& x, spec::Index axis, F&& f) {
  const auto a = spec::normal_axis(axis, x.shape().rank());
  if (!a || x.size() == 0) return x;
  const spec::Fibres fibre = spec::fibres(x.shape(), {*a});
  Values y = x;
  auto elements = y.mutable_elements();
  for (spec::Index start : fibre.start)
    for (spec::Index k = 0; k < fibre.length(); ++k) {
      double& v = elements[static_cast<std::size_t>(start + fibre.step[static_cast<std::size_t>(k)])];
      v = f32(f(k, fibre.length(), v));
    }
  return y;
}

// x with the last element of each fibre along `axis` replaced.
inline Values with_last(const Values& x, spec::Index axis, double value) {
  return along_axis(x, axis, [=](spec::Index k, spec::Index n, double v) { return k + 1 == n ? value : v; });
}

// Element k of each fibre along `axis` is the old element (k + by) mod n.
inline Values rolled(const Values& x, spec::Index axis, spec::Index by) {
  const auto a = spec::normal_axis(axis, x.shape().rank());
  if (!a || x.size() == 0) return x;
  const spec::Index stride = x.shape().strides()[static_cast<std::size_t>(*a)], n = x.shape()[*a];
  return Values::generate(x.shape(), [&](spec::Index i) {
    const spec::Index k = i / stride % n;
    return x[i + ((k + by % n + n) % n - k) * stride];
  });
}

// The elements of x as if they had been stored column by column.
inline Values read_transposed(const Values& x) {
  const spec::Index rank = x.shape().rank();
  if (rank < 2 || x.size() == 0) return x;
  const spec::Index rows = x.shape().back(1), columns = x.shape().back(0);
  return Values::generate(x.shape(), [&](spec::Index i) {
    const spec::Index block = i / (rows * columns) * rows * columns, r = i % (rows * columns) / columns,
                      c = i % columns;
    return x[block + c * rows + r];
  });
}

// Rotated by k elements in memory.
inline Values shifted_by(const Values& x, spec::Index k) {
  return Values::generate(x.shape(), [&](spec::Index i) { return x[(i + k + x.size()) % x.size()]; });
}

// A small relative error that oscillates with the value: what a short polynomial leaves behind, at most 2^−bits.
inline double wobble(double x, int bits) { return std::isfinite(x) ? 1 + std::ldexp(std::sin(x * 37), -bits) : 1; }

// x with a significand of so many bits: what a table or a hardware estimate gives.
inline double estimate(double x, int bits) {
  if (x == 0 || !std::isfinite(x)) return x;
  int exponent = 0;
  const double m = std::frexp(x, &exponent);
  return std::ldexp(std::rint(std::ldexp(m, bits)), exponent - bits);
}

// Kernels that compute each output from the inputs of its place, broadcast: y = f(x), z = f(x, y); and f(x, right).
template <class F>
KernelBug unary(F f) {
  return [f](const KernelCall& c) {
    return changed(c.in[0], [&](spec::Index, double x) { return f(static_cast<float>(x)); });
  };
}
template <class F>
KernelBug binary(F f) {
  return [f](const KernelCall& c) {
    return spec::zip(c.in[0], c.in[1],
                     [&](double x, double y) { return f32(f(static_cast<float>(x), static_cast<float>(y))); });
  };
}
template <class F>
KernelBug beside(F f) {
  return
      [f](const KernelCall& c) { return changed(c.right, [&](spec::Index i, double y) { return f(c.in[0][i], y); }); };
}

// The correct kernel on operands of fewer bits.
inline KernelBug operands_in(const spec::Format& format) {
  return [&format](const KernelCall& c) { return c.compute(c.op, narrowed(c.in, format)); };
}
// The correct kernel with one attribute changed.
inline KernelBug with_attribute(std::string name, std::string value) {
  return [=](const KernelCall& c) { return c.compute(c.with(name, value), c.in); };
}

using Gradients = std::vector<Values>;

// dx = f(x, y, ct) for an op of one input, element by element.
template <class F>
BackwardBug slope(F f) {
  return [f](const BackwardCall& c, Gradients& g) {
    if (c.in[0].size() == c.ct.size())
      g[0] = changed(c.in[0], [&](spec::Index i, double x) { return f(x, c.y[i], c.ct[i]); });
  };
}
// Gradient k times a constant, or g ↦ f(call, i, g) at each element.
template <class F>
BackwardBug element(std::size_t k, F f) {
  return [=](const BackwardCall& c, Gradients& g) {
    if (k < g.size()) g[k] = changed(g[k], [&](spec::Index i, double v) { return f(c, i, v); });
  };
}
inline BackwardBug factor(std::size_t k, double by) {
  return element(k, [=](const BackwardCall&, spec::Index, double v) { return v * by; });
}
// For operands that are not broadcast: gradient k at i is f(x_i, y_i, z_i, ct_i).
template <class F>
BackwardBug pairwise(std::size_t k, F f) {
  return [=](const BackwardCall& c, Gradients& g) {
    if (c.in[0].size() != c.ct.size() || c.in[1].size() != c.ct.size() || k >= g.size()) return;
    g[k] = changed(g[k], [&](spec::Index i, double) { return f(c.in[0][i], c.in[1][i], c.y[i], c.ct[i]); });
  };
}

// One bug in several ops.
struct NamedBug {
  std::string_view name, bug;
  KernelBug kernel;
};
inline void plant(std::vector<Mutant>& list, std::initializer_list<std::string_view> ops,
                  std::initializer_list<NamedBug> bugs) {
  for (std::string_view op : ops)
    for (const NamedBug& b : bugs) list.push_back(kernel_mutant(op, b.name, b.bug, b.kernel));
}
inline void plant(std::vector<Mutant>& list, std::string_view op, std::string_view name, std::string_view bug,
                  KernelBug kernel, Stage stage = Stage::forward) {
  list.push_back(kernel_mutant(op, name, bug, std::move(kernel), stage));
}

}  // namespace plumbline::crosscheck
