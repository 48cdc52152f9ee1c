// Multi-head attention: softmax(Q Kᵀ / √d + mask) V for each head, between projections in and out.
#pragma once

#include <optional>
#include <string>

#include "runtime/nn/layers.h"

namespace plumbline::runtime::nn {

// Keys and values of the positions so far, [.., heads, S, d]; empty at first.
struct KeyValueCache {
  std::optional<Var> keys, values;
  Index length() const { return keys ? keys->shape().back(1) : 0; }
};

// Params as in PyTorch: in_proj_weight [3 heads·d, embed_dim] with the rows of q, k and v one after another,
// in_proj_bias, out_proj.weight [embed_dim, heads·d], out_proj.bias.
struct MultiheadAttention {
  Index embed_dim = 1, num_heads = 1;
  Index head_dim = 0;  // d; 0: embed_dim / num_heads
  bool bias = false;
  bool is_causal = false;
  std::string mask = "boolean";           // true attends; or additive
  double dropout = 0;                     // of the attention's probabilities
  std::optional<RotaryPositions> rotary = std::nullopt;  // of queries and keys
  std::optional<spec::Tensor<float>> attn_mask = std::nullopt;  // used where none is given; it does not learn
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "multihead_attention";
  // x [.., T, embed_dim] attends to itself. The mask broadcasts to [.., heads, T, T].
  Var operator()(const Scope& scope, const Var& x, std::optional<Var> mask_in = {}) const;
  // x attends to memory [.., S, embed_dim].
  Var cross(const Scope& scope, const Var& x, const Var& memory, std::optional<Var> mask_in = {}) const;
  void take_seeds(SeedStream& stream) { seeds.take(stream, draws()); }
  Index draws() const { return dropout > 0 ? 3 : 2; }
  // The next positions x, which see the cache and, causally, themselves; they are added to it.
  Var cached(const Scope& scope, const Var& x, KeyValueCache& cache) const;

 private:
  Index width() const { return head_dim > 0 ? head_dim : embed_dim / num_heads; }
  Var project(const Scope& scope, const Var& x, Index part) const;
  Var attend(const Scope& scope, const Var& q, const Var& k, const Var& v, std::optional<Var> mask_in,
             Index start) const;
  Var weighted(const Scope& scope, const Var& q, const Var& k, const Var& v, std::optional<Var> mask_in) const;
};
BOOST_DESCRIBE_STRUCT(MultiheadAttention, (), (embed_dim, num_heads, head_dim, bias, is_causal, mask, dropout, rotary,
                                               attn_mask, seeds))

}  // namespace plumbline::runtime::nn
