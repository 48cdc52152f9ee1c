// Second derivatives through time: a gradient op recorded step by step, each step a few ops, and then pulled back
#pragma once

#include <span>

#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/function/tanh.h"
#include "spec/ops/sequence/recurrence.h"

namespace plumbline::spec {

class Graph;
class Var;

// Reverse mode of the graph (spec/graph/derivative.h).
std::vector<Var> append_vjp(Graph& graph, std::span<const std::int32_t> outputs, std::span<const Var> seeds,
                            std::span<const std::int32_t> wrt, std::int32_t first);

// The cotangents of all inputs for the cotangent ct of y = record(inputs). What the inputs were computed from, or from
// one another, is no part of it: record reads copies.
template <class T, class Record>
std::vector<T> pulled_back(const std::vector<T>& in, const T& ct, Record&& record) {
  auto& graph = ct.graph();
  const auto first = graph.size();
  std::vector<T> copies, out;
  std::vector<std::int32_t> wrt;
  for (const T& x : in) {
    copies.push_back(call(Reshape{x.shape().dims()}, x));
    wrt.push_back(copies.back().id());
  }
  const std::int32_t y[] = {record(copies).id()};
  const T seeds[] = {ct};
  for (const T& dx : append_vjp(graph, y, seeds, wrt, first))
    out.push_back(dx.id() < 0 ? full_like(ct, in[out.size()].shape(), 0) : dx);
  return out;
}

template <TensorLike T>
T one_minus(const T& x) {
  return sub(literal(x, 1), x);
}
// σ′ and tanh′ from their values; silu′(a) = s + a s (1 − s), s = σ(a).
template <TensorLike T>
T gate_slope(const T& s) {
  return mul(s, one_minus(s));
}
template <TensorLike T>
T tanh_slope(const T& t) {
  return one_minus(call(Square{}, t));
}

// A sequence as steps of [B, width], and back.
template <TensorLike T>
std::vector<T> steps_of(const T& sequence, Index steps, Index batch) {
  std::vector<T> out;
  for (Index t = 0; t < steps; ++t)
    out.push_back(reshape(slice(sequence, 0, t, t + 1), {batch, sequence.shape().back(0)}));
  return out;
}
template <TensorLike T>
T sequence_of(const std::vector<T>& steps, const Shape& shape) {
  return reshape(call(Concat{0}, steps), shape);
}

// The block of `width` columns.
template <TensorLike T>
T block(const T& x, Index which, Index width) {
  return slice(x, -1, which * width, (which + 1) * width);
}
template <TensorLike T>
T plus(const T& x, const T* y) {
  return y != nullptr ? add(x, *y) : x;
}

// W_ih x + b_ih and W_hh h + b_hh of a step; the initial states, zeros where none are given.
template <TensorLike T>
T from_input(const Recurrence& r, const std::vector<T>& in, const T& x) {
  return plus(matmul(x, transpose_last(in[1])), r.bias ? &in[3] : nullptr);
}
template <TensorLike T>
T from_state(const Recurrence& r, const std::vector<T>& in, const T& h) {
  return plus(matmul(h, transpose_last(in[2])), r.bias ? &in[4] : nullptr);
}
template <TensorLike T>
T first_state(const Recurrence& r, const std::vector<T>& in, std::size_t which = 0) {
  const Shape shape{r.batch, r.hidden};
  return r.state > 0 ? reshape(in[r.state + which], shape) : full_like(in[0], shape, 0);
}

}  // namespace plumbline::spec
