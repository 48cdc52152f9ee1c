// Recording transformers.
#include "runtime/nn/transformer.h"

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/linalg/linear.h"

namespace plumbline::runtime::nn {

namespace {
constexpr Index most_layers = 4096;
}

Var TransformerEncoderLayer::operator()(const Scope& place, const Var& x, std::optional<Var> mask,
                                        KeyValueCache* cache) const {
  const Scope scope = place.seeded(seeds);
  const MultiheadAttention attention{.embed_dim = d_model, .num_heads = nhead, .bias = bias, .is_causal = is_causal,
                                     .dropout = dropout, .rotary = rotary,
                                     .attn_mask = attn_mask};
  const LayerNorm norm{.normalized_shape = {d_model}, .eps = layer_norm_eps};
  const auto attended = [&](const Var& in) {
    const Scope at = scope / "self_attn";
    return (scope / "dropout1").dropout(cache != nullptr ? attention.cached(at, in, *cache) : attention(at, in, mask),
                                        dropout);
  };
  const auto fed = [&](const Var& in) {
    const Linear up{.in_features = d_model, .out_features = dim_feedforward, .bias = bias},
        down{.in_features = dim_feedforward, .out_features = d_model, .bias = bias, .init = spec::XavierUniformInit{}};
    const Var h = (scope / "dropout").dropout(nn::activation(activation, up(scope / "linear1", in)), dropout);
    return (scope / "dropout2").dropout(down(scope / "linear2", h), dropout);
  };
  if (norm_first) {
    const Var y = spec::add(x, attended(norm(scope / "norm1", x)));
    return spec::add(y, fed(norm(scope / "norm2", y)));
  }
  const Var y = norm(scope / "norm1", spec::add(x, attended(x)));
  return norm(scope / "norm2", spec::add(y, fed(y)));
}

Scope TransformerEncoder::place_of(Index block, const Scope& stack) const {
  const Scope at = stack / "layers" / block;
  if (!seeds.base) return at;
  return at.seeded({.base = *seeds.base + static_cast<std::uint64_t>(block * seed_stride)});
}

Var TransformerEncoder::operator()(const Scope& place, const Var& x, std::optional<Var> mask,
                                   std::vector<KeyValueCache>* caches) const {
  if (num_layers < 0 || num_layers > most_layers)
    throw spec::Error(spec::concat("[transformer_encoder] num_layers is not in [0, ", most_layers, "]: ", num_layers));
  const Scope scope = seeds.base ? place : place.seeded(seeds);
  TransformerEncoderLayer block = layer;
  if (!seeds.unset()) block.seeds = {};
  if (caches != nullptr) caches->resize(static_cast<std::size_t>(num_layers));
  Var y = x;
  for (Index i = 0; i < num_layers; ++i) {
    const Scope at = place_of(i, scope);
    y = block(at, y, mask, caches == nullptr ? nullptr : &(*caches)[static_cast<std::size_t>(i)]);
    if (seeds.base && at.seeds_passed() > static_cast<std::uint64_t>(seed_stride))
      throw spec::Error(spec::concat("[transformer_encoder] a block takes ", at.seeds_passed(),
                                     " seeds, more than seed_stride ", seed_stride));
  }
  return norm ? LayerNorm{.normalized_shape = {layer.d_model}}(scope / "norm", y) : y;
}

void CausalLm::take_seeds(SeedStream& stream) {
  if (num_layers < 0 || num_layers > most_layers) return;  // no such stack can be recorded
  const Index blocks = num_layers * TransformerEncoderLayer{.dropout = dropout}.draws();
  seeds.take(stream, 2 + (dropout > 0 ? 1 : 0) + blocks + (tied ? 0 : 1));
}

Var CausalLm::operator()(const Scope& place, const Var& tokens, std::vector<KeyValueCache>* caches) const {
  const Scope scope = place.seeded(seeds);
  const double std = 0.02;
  const Scope at = scope / "wte";
  Var x =
      Embedding{.num_embeddings = vocabulary, .embedding_dim = d_model, .init = spec::NormalInit{0, std}}(at, tokens);
  const Index start = caches != nullptr && !caches->empty() ? caches->front().length() : 0;
  x = LearnedPositions{.max_len = context, .embedding_dim = d_model, .start = start}(scope / "wpe", x);
  x = (scope / "dropout").dropout(x, dropout);
  const TransformerEncoderLayer block{.d_model = d_model, .nhead = nhead, .dim_feedforward = 4 * d_model,
                                      .dropout = dropout, .activation = "gelu_tanh", .norm_first = true,
                                      .is_causal = true};
  x = TransformerEncoder{.layer = block, .num_layers = num_layers, .norm = true}(scope / "h", x, {}, caches);
  if (!tied)
    return Linear{.in_features = d_model, .out_features = vocabulary, .bias = false,
                  .init = spec::XavierUniformInit{}}(scope / "lm_head", x);
  return call(spec::Linear{}, {x, at.param("weight", {vocabulary, d_model}, spec::NormalInit{0, std})});
}

}  // namespace plumbline::runtime::nn
