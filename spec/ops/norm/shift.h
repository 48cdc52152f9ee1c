// What softmax and its kin share: Σ exp(x) with a maximum subtracted from each x, and what infinities do there.
#pragma once

#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

// [op C1] of an op along one axis that keeps the shape.
template <class O>
Result<Shape> shape_along(const O& op, const Shape& in) {
  if (const auto a = normal_axis(op.axis, in.rank()); !a) return refuse(op, 1, a.error().what());
  return in;
}

// x − top, and 0 where x is an infinite maximum itself.
template <Number N>
N shifted(const N& x, const N& top) {
  return select(is_infinite(top) & equal(x, top), N(Index{0}), x - top);
}

// y, and NaN where several infinite maxima compete: then total = Σ e^shifted counts them, and there is no limit.
template <Number N>
N unless_contested(const N& top, const N& total, const N& y) {
  return select(is_infinite(top) & less(N(Index{1}), total), top - top, y);
}

// [softmax B1]: `shifted` takes the maximum first and then Σ exp(x − max); `online` takes one pass, with a maximum of
// what it has seen: where that grows from t to t′, the sum so far is multiplied by exp(t − t′).
inline constexpr std::array<std::string_view, 2> softmax_methods{"shifted", "online"};

template <Number N>
struct ShiftedSum {
  N top, total;  // max x, Σ exp(x − max x)
};

template <Number N, class X>
ShiftedSum<N> online_sum(Index n, X&& x) {
  ShiftedSum<N> seen{x(Index{0}), N(Index{1})};
  for (Index j = 1; j < n; ++j) {
    const N top = maximum(seen.top, x(j));
    seen.total = seen.total * exp(shifted(seen.top, top)) + exp(shifted(x(j), top));
    seen.top = top;
  }
  return seen;
}

template <Number N, class X>
ShiftedSum<N> shifted_sum(Index n, X&& x, std::string_view method) {
  if (method == "online") return online_sum<N>(n, x);
  const N top = max_of<N>(n, x);
  return {top, sum<N>(n, [&](Index j) { return exp(shifted(x(j), top)); })};
}

template <class O>
Sample<O> sample_along(Choices& choices) {
  const Shape shape = pick_shape(choices, 1, 3);
  O op;
  op.axis = choices.pick(-shape.rank(), shape.rank() - 1);
  return {op, {shape}, {Domain::near({0, -103, 88.7})}};
}

// The two inputs of a gradient op that keeps their shape. [op C1], [op C2]
template <class O>
Result<Shape> gradient_along(const O& op, const Shapes& in) {
  if (in[0] != in[1]) return refuse(op, 2, "shapes differ: ", in[0], " vs ", in[1]);
  return shape_along(op, in[0]);
}

// As `along`, for an op of two inputs of one shape: f(n, k ↦ x_k, k ↦ y_k, k ↦ z_k&).
template <Number N, class F>
Tensor<N> along_both(Index axis, const Tensor<N>& x, const Tensor<N>& y, F&& f) {
  const Fibres fibre = fibres(x.shape(), {*normal_axis(axis, x.shape().rank())});
  Tensor<N> z = x;
  const auto out = z.mutable_elements();
  const Index n = x.size() == 0 ? 0 : fibre.length();
  for (Index start : fibre.start) {
    if (n == 0) break;
    const auto at = [&](Index k) { return start + fibre.step[static_cast<std::size_t>(k)]; };
    f(
        n, [&](Index k) -> const N& { return x[at(k)]; }, [&](Index k) -> const N& { return y[at(k)]; },
        [&](Index k) -> N& { return out[static_cast<std::size_t>(at(k))]; });
  }
  return z;
}

}  // namespace plumbline::spec
