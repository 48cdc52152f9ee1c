// The simple layers: linear, convolution, embedding, positions. Weights in PyTorch's layouts. A seed that is not set is
// the next free stream of the plan.
#pragma once

#include <string>

#include "runtime/nn/activations.h"
#include "runtime/nn/norms.h"
#include "runtime/nn/pools.h"

namespace plumbline::runtime::nn {

// y = x Wᵀ + b on the last axis; weight [out_features, in_features], bias [out_features].
struct Linear {
  Index in_features = 1, out_features = 1;
  bool bias = true;
  Initialiser init = spec::KaimingUniformInit{}, init_b = spec::ZerosInit{};
  Seed seed_w = std::nullopt, seed_b = std::nullopt;

  static constexpr std::string_view name = "linear";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(Linear, (), (in_features, out_features, bias, init, init_b, seed_w, seed_b))

// x [N, C, H, W] or [C, H, W], weight [out, in / groups, kernel…], bias [out].
struct Conv2d {
  Index in_channels = 1, out_channels = 1;
  Axes kernel{3}, stride{1}, padding{0}, dilation{1};
  Index groups = 1;
  bool bias = true;
  Initialiser init = spec::KaimingUniformInit{}, init_b = spec::ZerosInit{};
  Seed seed_k = std::nullopt, seed_b = std::nullopt;

  static constexpr std::string_view name = "conv2d";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(Conv2d, (), (in_channels, out_channels, kernel, stride, padding, dilation, groups, bias, init,
                                   init_b, seed_k, seed_b))

// x [N, C, L] or [C, L].
struct Conv1d {
  Index in_channels = 1, out_channels = 1;
  Axes kernel{3}, stride{1}, padding{0}, dilation{1};
  Index groups = 1;
  bool bias = true;
  Initialiser init = spec::KaimingUniformInit{}, init_b = spec::ZerosInit{};
  Seed seed_k = std::nullopt, seed_b = std::nullopt;

  static constexpr std::string_view name = "conv1d";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(Conv1d, (), (in_channels, out_channels, kernel, stride, padding, dilation, groups, bias, init,
                                   init_b, seed_k, seed_b))

// Rows of weight [num_embeddings, embedding_dim]: by index, or where x is real by a distribution over the tokens on its
// last axis, one-hot or not.
struct Embedding {
  Index num_embeddings = 1, embedding_dim = 1;
  Initialiser init = spec::NormalInit{0, 1};
  Seed seed_w = std::nullopt;

  static constexpr std::string_view name = "embedding";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(Embedding, (), (num_embeddings, embedding_dim, init, seed_w))

// x [.., T, d] plus the T rows of weight [max_len, d] from `start` on.
struct LearnedPositions {
  Index max_len = 1, embedding_dim = 1;
  Index start = 0;  // the first position
  Initialiser init = spec::NormalInit{0, 0.02};
  Seed seed_pos = std::nullopt;

  static constexpr std::string_view name = "learned_positions";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(LearnedPositions, (), (max_len, embedding_dim, start, init, seed_pos))

// x [.., T, d] plus sines and cosines of the position.
struct SinusoidalPositions {
  Index start = 0;

  static constexpr std::string_view name = "sinusoidal_positions";
  Var operator()(const Scope& scope, const Var& x) const;
};
BOOST_DESCRIBE_STRUCT(SinusoidalPositions, (), (start))

// Pairs of the last axis of x [.., T, d] rotated by the position.
struct RotaryPositions {
  Index start = 0;
  double base = 10000;
  bool interleaved = true;

  static constexpr std::string_view name = "rotary_positions";
  Var operator()(const Scope& scope, const Var& x) const;
};
BOOST_DESCRIBE_STRUCT(RotaryPositions, (), (start, base, interleaved))

}  // namespace plumbline::runtime::nn
