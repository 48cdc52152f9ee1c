// The primitives that come with GraphSpec: those with parameters; each op without parameters is one of itself.
#pragma once

#include "spec/graph/graphspec/table.h"

namespace plumbline::spec::graphspec {

using Vars = std::vector<Var>;

// y = x Wᵀ + b on the last axis; weight [out_features, in], bias [out_features].
struct Linear {
  Index out_features = 1;
  bool bias = true;
  std::string init = "kaiming_uniform";  // of the weight: any initialiser that needs no attributes

  static constexpr std::string_view name = "linear", summary = "y = x W^T + b on the last axis";
  static constexpr bool counts_as_layer = true;
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(Linear, (), (out_features, bias, init))

// x [N, C, L], weight [out_channels, C / groups, kernel], bias [out_channels].
struct Conv1d {
  Index out_channels = 1;
  Axes kernel{3}, stride{1}, padding{0}, dilation{1};
  Index groups = 1;
  bool bias = true;
  std::string init = "kaiming_uniform";

  static constexpr std::string_view name = "conv1d", summary = "cross-correlation of x [N, C, L] with a weight";
  static constexpr bool counts_as_layer = true;
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(Conv1d, (), (out_channels, kernel, stride, padding, dilation, groups, bias, init))

// x [N, C, H, W], weight [out_channels, C / groups, kernel…], bias [out_channels].
struct Conv2d {
  Index out_channels = 1;
  Axes kernel{3}, stride{1}, padding{0}, dilation{1};
  Index groups = 1;
  bool bias = true;
  std::string init = "kaiming_uniform";

  static constexpr std::string_view name = "conv2d", summary = "cross-correlation of x [N, C, H, W] with a weight";
  static constexpr bool counts_as_layer = true;
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(Conv2d, (), (out_channels, kernel, stride, padding, dilation, groups, bias, init))

// Over the last `axes` axes, with weight and bias of their extents.
struct LayerNorm {
  Index axes = 1;
  double eps = 1e-5;
  bool affine = true;

  static constexpr std::string_view name = "layer_norm",
                                    summary = "(x - mean) / sqrt(var + eps) * w + b over the last axes";
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(LayerNorm, (), (axes, eps, affine))

// x / √(mean x² + eps) · weight over the last axis.
struct RmsNorm {
  double eps = 1e-5;

  static constexpr std::string_view name = "rms_norm", summary = "x / sqrt(mean x^2 + eps) * w over the last axis";
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(RmsNorm, (), (eps))

// By channel of x [N, C, …]: by the batch in training, whose statistics enter the running ones; else by these.
struct BatchNorm {
  double eps = 1e-5, momentum = 0.1;
  bool affine = true;

  static constexpr std::string_view name = "batch_norm",
                                    summary = "(x - mean) / sqrt(var + eps) * w + b by channel, of batch or running";
  ParameterSpecs parameters(const Shapes& in) const;  // running_mean and running_var last
  Var meaning(const Vars& in, const Site& site) const;
  Vars next_states(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(BatchNorm, (), (eps, momentum, affine))

// By groups of channels of each image.
struct GroupNorm {
  Index num_groups = 1;
  double eps = 1e-5;

  static constexpr std::string_view name = "group_norm",
                                    summary = "(x - mean) / sqrt(var + eps) * w + b by groups of channels";
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(GroupNorm, (), (num_groups, eps))

// In training x / (1 − p) where the mask of (seed, path, step) keeps it, else 0; x itself else.
struct Dropout {
  double p = 0.5;

  static constexpr std::string_view name = "dropout", summary = "x / (1 - p) where the mask keeps it, in training";
  ParameterSpecs parameters(const Shapes&) const { return {}; }
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes&) const { return {}; }
};
BOOST_DESCRIBE_STRUCT(Dropout, (), (p))

// Rows of weight [num_embeddings, embedding_dim] by index, or of real x the mean of rows by a distribution over tokens
// on its last axis. The weight is drawn from N(0, std²).
struct Embedding {
  Index num_embeddings = 1, embedding_dim = 1;
  double std = 1;

  static constexpr std::string_view name = "embedding", summary = "rows of a table by index, or by a distribution";
  static constexpr bool counts_as_layer = true;
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(Embedding, (), (num_embeddings, embedding_dim, std))

// x [.., T, d] plus the first T rows of weight [max_len, d], drawn from N(0, 0.02²).
struct LearnedPositions {
  Index max_len = 1;

  static constexpr std::string_view name = "learned_positions", summary = "x plus a learned row for each position";
  static constexpr bool counts_as_layer = true;
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(LearnedPositions, (), (max_len))

// softmax(Q Kᵀ / √d + mask) V for each head, between projections in and out; x [.., T, embed_dim] attends to itself.
// in_proj_weight [3 embed_dim, embed_dim] holds the rows of q, k and v; out_proj.weight [embed_dim, embed_dim].
struct MultiheadAttention {
  Index num_heads = 1;
  bool is_causal = false, bias = false;

  static constexpr std::string_view name = "multihead_attention", summary = "self-attention of several heads";
  static constexpr bool counts_as_layer = true;
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(MultiheadAttention, (), (num_heads, is_causal, bias))

// All h_t of x [T, in] or [T, B, in]: lstm, gru or rnn. weight_ih_l0 [gates·h, in], weight_hh_l0 [gates·h, h], biases.
struct Recurrent {
  std::string cell = "lstm";
  Index hidden_size = 1;
  bool bias = true;

  static constexpr std::string_view name = "recurrent", summary = "all states of an lstm, gru or rnn over time";
  static constexpr bool counts_as_layer = true;
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(Recurrent, (), (cell, hidden_size, bias))

// Gu and Dao's selective state space (Mamba-1) over x [T, d] or [T, B, d]; parameters as in mamba_ssm.
struct Mamba {
  Index d_state = 4, d_conv = 4, expand = 2;
  Index dt_rank = 0;  // 0: ⌈d / 16⌉

  static constexpr std::string_view name = "mamba", summary = "a selective state space with its convolution and gate";
  static constexpr bool counts_as_layer = true;
  ParameterSpecs parameters(const Shapes& in) const;
  Var meaning(const Vars& in, const Site& site) const;
  Attributes layer(const Shapes& in) const;
};
BOOST_DESCRIBE_STRUCT(Mamba, (), (d_state, d_conv, expand, dt_rank))

// All of the above.
void add_primitives(PrimitiveTable& table);

}  // namespace plumbline::spec::graphspec
