// Recurrent layers unrolled: h_t from h_{t−1}, gate by gate, in PyTorch's weight layouts.
#pragma once

#include "spec/layers/weights.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/activation/silu.h"
#include "spec/ops/arithmetic/neg.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/function/log.h"
#include "spec/ops/function/tanh.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

// The weights of one layer and direction, and what gate g makes of x_t or h_{t−1}.
template <TensorLike T>
struct Gates {
  const Weights<T>& w;
  std::string suffix;  // _l0, _l1_reverse
  Index hidden;

  T of_input(const T& x, Index g) const { return of(x, "ih", g); }
  T of_state(const T& h, Index g) const { return of(h, "hh", g); }
  T both(const T& x, const T& h, Index g) const { return add(of_input(x, g), of_state(h, g)); }

 private:
  T of(const T& x, const std::string& which, Index g) const {
    const T rows = slice(w("weight_" + which + suffix), 0, g * hidden, (g + 1) * hidden);
    if (!w.has("bias_" + which + suffix)) return affine(x, rows);
    const T bias = slice(w("bias_" + which + suffix), 0, g * hidden, (g + 1) * hidden);
    return affine(x, rows, &bias);
  }
};

template <TensorLike T>
struct CellState {
  T h, c;  // c of an lstm only
};

// One step of the cell: lstm (gates i f g o), gru (r z n; reset after or before the product), rnn, rnn_relu.
template <TensorLike T>
CellState<T> cell_step(const std::string& cell, bool reset_after, const Gates<T>& gates, const T& x,
                       const CellState<T>& before) {
  const T& h = before.h;
  const auto sigma = [&](Index g) { return call(Sigmoid{}, gates.both(x, h, g)); };
  if (cell == "lstm") {
    const T c = add(mul(sigma(1), before.c), mul(sigma(0), call(Tanh{}, gates.both(x, h, 2))));
    return {mul(sigma(3), call(Tanh{}, c)), c};
  }
  if (cell == "gru") {
    const T r = sigma(0), z = sigma(1);
    const T inner = reset_after ? mul(r, gates.of_state(h, 2)) : gates.of_state(mul(r, h), 2);
    const T n = call(Tanh{}, add(gates.of_input(x, 2), inner));
    return {add(mul(sub(literal(x, 1), z), n), mul(z, h)), h};
  }
  const T a = gates.both(x, h, 0);
  const T next = cell == "rnn" ? call(Tanh{}, a) : call(Relu{}, a);
  return {next, next};
}

template <TensorLike T>
struct Unrolled {
  T output;                  // [T, .., directions · h]
  std::vector<T> hidden, cell;  // final ones, layer by layer and direction by direction
};

struct Recurrent {
  std::string cell = "lstm";
  Index hidden = 1, layers = 1;
  bool bidirectional = false, reset_after = true;

  // x [T, .., in]; `initial` holds h0 of each layer and direction, then c0 of each, or nothing: zeros.
  template <TensorLike T>
  Unrolled<T> operator()(const T& x, const Weights<T>& w, const std::vector<T>& initial = {}) const {
    Unrolled<T> out{x, {}, {}};
    Shape state = x.shape();
    const Index steps = state[0], directions = bidirectional ? 2 : 1;
    state[state.rank() - 1] = hidden;
    const T zero = entry(full_like(x, state, 0), 0);
    for (Index layer = 0; layer < layers; ++layer) {
      std::vector<T> sides;
      for (Index d = 0; d < directions; ++d) {
        const Gates<T> gates{w, concat("_l", layer, d == 1 ? "_reverse" : ""), hidden};
        const auto run = static_cast<std::size_t>(layer * directions + d);
        const auto runs = static_cast<std::size_t>(layers * directions);
        CellState<T> s{zero, zero};
        if (!initial.empty()) s = {initial[run], cell == "lstm" ? initial[runs + run] : zero};
        std::vector<T> all(static_cast<std::size_t>(steps), zero);
        for (Index i = 0; i < steps; ++i) {
          const Index t = d == 1 ? steps - 1 - i : i;
          s = cell_step(cell, reset_after, gates, entry(out.output, t), s);
          all[static_cast<std::size_t>(t)] = s.h;
        }
        out.hidden.push_back(s.h), out.cell.push_back(s.c);
        sides.push_back(stacked(all));
      }
      out.output = bidirectional ? call(Concat{-1}, sides) : sides.front();
    }
    return out;
  }
};

// h_t = d h_{t−1} + (1 − d) u, y_t = h_t silu(W_z x_t + b_z), u = silu(W_u x_t + b_u), d = σ(W_d [x_t; h_{t−1}] + b_d)
template <TensorLike T>
T gated_diagonal(const T& x, const Weights<T>& w, Index hidden) {
  Shape state = x.shape();
  state[state.rank() - 1] = hidden;
  T h = entry(full_like(x, state, 0), 0);
  std::vector<T> all;
  for (Index t = 0; t < x.shape()[0]; ++t) {
    const T now = entry(x, t), u = call(Silu{}, affine(now, w / "u"));
    const T d = call(Sigmoid{}, affine(call(Concat{-1}, now, h), w / "d"));
    h = add(mul(d, h), mul(sub(literal(x, 1), d), u));
    all.push_back(mul(h, call(Silu{}, affine(now, w / "z"))));
  }
  return stacked(all);
}

// h_t = exp(Δ_t A) h_{t−1} + Δ_t B_t u_t, y_t = (C_t h_t + D u_t) silu(z_t), Δ = ln(1 + e^(W_Δ r + b_Δ)), A = −e^A_log;
// u passed a causal depthwise convolution and silu (Gu and Dao 2023).
template <TensorLike T>
T mamba(const T& x, const Weights<T>& w, Index states, Index rank) {
  const T both = affine(x, w / "in_proj"), a = call(Neg{}, call(Exp{}, w("A_log")));
  const Index inner = both.shape().back(0) / 2, taps = w("conv1d.weight").shape()[2];
  const T in = slice(both, -1, 0, inner), one = literal(x, 1);
  Shape state = entry(in, 0).shape();
  state.push_back(states);
  const auto column = [](const T& v) {
    Shape s = v.shape();
    s.push_back(1);
    return reshape(v, s);
  };
  T h = full_like(x, state, 0);
  std::vector<T> all;
  for (Index t = 0; t < x.shape()[0]; ++t) {
    T u = w("conv1d.bias");
    for (Index k = std::max<Index>(0, taps - 1 - t); k < taps; ++k)
      u = add(u, mul(entry(in, t - (taps - 1) + k), reshape(slice(w("conv1d.weight"), 2, k, k + 1), {inner})));
    u = call(Silu{}, u);
    const T read = affine(u, w / "x_proj"), raw = affine(slice(read, -1, 0, rank), w / "dt_proj");
    const T delta = column(call(Log{}, add(one, call(Exp{}, raw))));
    const auto row = [&](Index first) {
      Shape s = read.shape();
      s[s.rank() - 1] = 1;
      s.push_back(states);
      return reshape(slice(read, -1, first, first + states), s);
    };
    h = add(mul(call(Exp{}, mul(delta, a)), h), mul(mul(delta, row(rank)), column(u)));
    const T y = add(call(Sum{{-1}, false}, mul(h, row(rank + states))), mul(w("D"), u));
    all.push_back(mul(y, call(Silu{}, slice(entry(both, t), -1, inner, 2 * inner))));
  }
  return affine(stacked(all), w / "out_proj");
}

}  // namespace plumbline::spec
