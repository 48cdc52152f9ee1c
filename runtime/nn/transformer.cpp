// Recording transformers.
#include "runtime/nn/transformer.h"

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/linalg/linear.h"

namespace plumbline::runtime::nn {

Var TransformerEncoderLayer::operator()(const Scope& scope, const Var& x, std::optional<Var> mask,
                                        KeyValueCache* cache) const {
  const MultiheadAttention attention{.embed_dim = d_model, .num_heads = nhead, .bias = bias, .is_causal = is_causal,
                                     .dropout = dropout, .rotary = rotary};
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

Var TransformerEncoder::operator()(const Scope& scope, const Var& x, std::optional<Var> mask,
                                   std::vector<KeyValueCache>* caches) const {
  if (caches != nullptr) caches->resize(static_cast<std::size_t>(num_layers));
  Var y = x;
  for (Index i = 0; i < num_layers; ++i)
    y = layer(scope / "layers" / i, y, mask, caches == nullptr ? nullptr : &(*caches)[static_cast<std::size_t>(i)]);
  return norm ? LayerNorm{.normalized_shape = {layer.d_model}}(scope / "norm", y) : y;
}

Var CausalLm::operator()(const Scope& scope, const Var& tokens, std::vector<KeyValueCache>* caches) const {
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
