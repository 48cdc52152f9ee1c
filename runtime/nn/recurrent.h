// Recurrent layers and state-space models over time-major sequences [T, in] or [T, B, in], in PyTorch's layouts.
#pragma once

#include <string>
#include <vector>

#include "runtime/nn/layers.h"

namespace plumbline::runtime::nn {

// All h_t of the last layer, [T, .., directions·h], and the final states of each layer and direction, in PyTorch's
// order (layer 0 forwards, layer 0 backwards, layer 1 forwards, …); `cell` of an lstm only.
struct Recurrence {
  Var output;
  std::vector<Var> hidden, cell;
  operator Var() const { return output; }
};

// Params weight_ih_l0 [gates·h, in], weight_hh_l0 [gates·h, h], bias_ih_l0, bias_hh_l0 [gates·h], then _l1, …, and with
// the suffix _reverse those of the way back. Initial values are uniform in ±1/√h.
struct Recurrent {
  std::string cell = "lstm";  // gates i f g o; gru, gates r z n; rnn (tanh), rnn_relu
  Index input_size = 1, hidden_size = 1, num_layers = 1;
  bool bias = true, bidirectional = false;
  bool reset_after = true;  // of a gru: PyTorch's form; false: Cho's
  double dropout = 0;       // between layers
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "recurrent";

  // `initial`, if given, holds h0 of each layer and direction, then c0 of each.
  Recurrence operator()(const Scope& scope, const Var& x, const std::vector<Var>& initial = {}) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(Recurrent, (), (cell, input_size, hidden_size, num_layers, bias, bidirectional, reset_after,
                                      dropout, seeds))

// h_t = d h_{t−1} + (1 − d) u, y_t = h_t silu(W_z x_t + b_z), with u = silu(W_u x_t + b_u), d = σ(W_d [x_t; h_{t−1}] +
// b_d). Params u.weight, d.weight, z.weight and their biases.
struct GatedDiagonalSsm {
  Index input_size = 1, hidden_size = 1;
  bool bias = true;
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "gated_diagonal_ssm";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream) { seeds.take(stream, 3); }
};
BOOST_DESCRIBE_STRUCT(GatedDiagonalSsm, (), (input_size, hidden_size, bias, seeds))

// Gu and Dao 2023: in_proj, a causal depthwise conv1d with silu, the selective scan with Δ, B and C from x_proj, a
// gate, out_proj. Params as in mamba_ssm: in_proj.weight, conv1d.weight, conv1d.bias, x_proj.weight, dt_proj.weight,
// dt_proj.bias, A_log, D, out_proj.weight.
struct Mamba {
  Index d_model = 1, d_state = 4, d_conv = 4, expand = 2;
  Index dt_rank = 0;  // 0: ⌈d_model / 16⌉
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "mamba";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream) { seeds.take(stream, 5); }
};
BOOST_DESCRIBE_STRUCT(Mamba, (), (d_model, d_state, d_conv, expand, dt_rank, seeds))

}  // namespace plumbline::runtime::nn
