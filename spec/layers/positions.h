// Tokens and positions: rows of a table by one-hot products, and angles pos · base^(−2k/d).
#pragma once

#include "spec/layers/weights.h"
#include "spec/ops/arithmetic/pow.h"
#include "spec/ops/function/cos.h"
#include "spec/ops/function/sin.h"
#include "spec/ops/shape/one_hot.h"

namespace plumbline::spec {

// Rows of W by index: one_hot(i) W.
template <TensorLike T>
T embedding(const T& index, const Weights<T>& w) {
  const T& table = w("weight");
  return matmul(call(OneHot{table.shape()[0]}, index), table);
}
// The mixture of W's rows that a distribution over the tokens on the last axis names.
template <TensorLike T>
T mixed_embedding(const T& distribution, const Weights<T>& w) {
  return matmul(distribution, w("weight"));
}

// Row start + t of W is added at position t.
template <TensorLike T>
T learned_positions(const T& x, const Weights<T>& w, Index start = 0) {
  return add(x, slice(w("weight"), 0, start, start + x.shape().back(1)));
}

// The angles of pair k: θ_t = (start + t) · base^(−2k/d), as a column [T, 1].
template <TensorLike T>
T angle_column(const T& like, Index steps, Index start, Index k, Index d, double base) {
  const T exponent = div(literal(like, static_cast<double>(-2 * k)), literal(like, static_cast<double>(d)));
  const T frequency = call(Pow{}, literal(like, base), exponent);
  std::vector<T> positions{full_like(like, {0, 1}, 0)};
  for (Index t = 0; t < steps; ++t) positions.push_back(full_like(like, {1, 1}, static_cast<double>(start + t)));
  return mul(call(Concat{0}, positions), frequency);
}

// Sines at even coordinates, cosines at odd ones.
template <TensorLike T>
T sinusoidal_positions(const T& x, Index start = 0, double base = 10000) {
  const Index d = x.shape().back(0), steps = x.shape().back(1);
  std::vector<T> columns;
  for (Index c = 0; c < d; ++c) {
    const T angle = angle_column(x, steps, start, c / 2, d, base);
    columns.push_back(c % 2 == 0 ? call(Sin{}, angle) : call(Cos{}, angle));
  }
  return add(x, call(Concat{-1}, columns));
}

// The pair (a, b) becomes (a cos θ − b sin θ, a sin θ + b cos θ); d is even.
template <TensorLike T>
T rotary_positions(const T& x, bool interleaved = true, Index start = 0, double base = 10000) {
  const Index d = x.shape().back(0), steps = x.shape().back(1), half = d / 2;
  std::vector<T> columns(static_cast<std::size_t>(d), x);
  for (Index k = 0; k < half; ++k) {
    const Index first = interleaved ? 2 * k : k, second = interleaved ? 2 * k + 1 : k + half;
    const T angle = angle_column(x, steps, start, k, d, base), c = call(Cos{}, angle), s = call(Sin{}, angle);
    const T a = slice(x, -1, first, first + 1), b = slice(x, -1, second, second + 1);
    columns[static_cast<std::size_t>(first)] = sub(mul(a, c), mul(b, s));
    columns[static_cast<std::size_t>(second)] = add(mul(a, s), mul(b, c));
  }
  return call(Concat{-1}, columns);
}

}  // namespace plumbline::spec
