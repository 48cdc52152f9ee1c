// Transformers: the encoder's block and stack, and a causal language model.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "runtime/nn/attention.h"

namespace plumbline::runtime::nn {

// Post-norm: x ← norm1(x + attention(x)), x ← norm2(x + linear2(f(linear1 x))); pre-norm: the norms before attention
// and linear1. Params as in PyTorch: self_attn, linear1, linear2, norm1, norm2.
struct TransformerEncoderLayer {
  Index d_model = 1, nhead = 1, dim_feedforward = 1;
  double dropout = 0;
  std::string activation = "relu";
  bool norm_first = false, bias = true, is_causal = false;
  double layer_norm_eps = 1e-5;
  std::optional<RotaryPositions> rotary = std::nullopt;
  std::optional<spec::Tensor<float>> attn_mask = std::nullopt;  // 1 attends; used where no mask is given
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "transformer_encoder_layer";
  // x [.., T, d_model]; with a cache x are the next positions.
  Var operator()(const Scope& scope, const Var& x, std::optional<Var> mask = {}, KeyValueCache* cache = nullptr) const;
  void take_seeds(SeedStream& stream) { seeds.take(stream, draws()); }
  Index draws() const { return dropout > 0 ? 8 : 4; }
};
BOOST_DESCRIBE_STRUCT(TransformerEncoderLayer, (), (d_model, nhead, dim_feedforward, dropout, activation, norm_first,
                                                    bias, is_causal, layer_norm_eps, rotary, attn_mask, seeds))

// num_layers blocks at layers.0, layers.1, …, and `norm` behind them where it is asked for. With seeds from a base,
// block i takes them from base + i · seed_stride on, whatever `layer` says; an error where one needs more than that.
struct TransformerEncoder {
  TransformerEncoderLayer layer;
  Index num_layers = 1;
  bool norm = false;
  BlockSeeds seeds = {};
  Index seed_stride = 100;

  static constexpr std::string_view name = "transformer_encoder";
  Var operator()(const Scope& scope, const Var& x, std::optional<Var> mask = {},
                 std::vector<KeyValueCache>* caches = nullptr) const;
  void take_seeds(SeedStream& stream) {
    seeds.take(stream, std::min(num_layers, BlockSeeds::most_draws) * layer.draws());
  }

 private:
  Scope place_of(Index block, const Scope& stack) const;
};
BOOST_DESCRIBE_STRUCT(TransformerEncoder, (), (layer, num_layers, norm, seeds, seed_stride))

// Logits of the next token at each position: wte (rows by index), wpe (learned positions), pre-norm causal blocks,
// norm, and lm_head, which shares wte's weight where `tied`.
struct CausalLm {
  Index vocabulary = 1, context = 1, d_model = 1, nhead = 1, num_layers = 1;
  double dropout = 0;
  bool tied = true;
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "causal_lm";
  Var operator()(const Scope& scope, const Var& tokens, std::vector<KeyValueCache>* caches = nullptr) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(CausalLm, (), (vocabulary, context, d_model, nhead, num_layers, dropout, tied, seeds))

}  // namespace plumbline::runtime::nn
