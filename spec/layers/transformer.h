// Transformers: attention and a two-layer perceptron with residuals and layer norm behind (post) or before (pre) them.
#pragma once

#include "spec/layers/attention.h"
#include "spec/layers/norm.h"
#include "spec/ops/activation/gelu.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/activation/silu.h"
#include "spec/ops/function/tanh.h"

namespace plumbline::spec {

template <TensorLike T>
T activated(std::string_view name, const T& x) {
  if (name == "relu") return call(Relu{}, x);
  if (name == "gelu") return call(Gelu{"none"}, x);
  if (name == "gelu_tanh") return call(Gelu{"tanh"}, x);
  if (name == "silu") return mul(x, call(Sigmoid{}, x));
  if (name == "tanh") return call(Tanh{}, x);
  if (name == "sigmoid") return call(Sigmoid{}, x);
  return x;
}

template <TensorLike T>
struct EncoderBlock {
  MultiheadAttention<T> attention;
  std::string activation = "relu";
  bool norm_first = false;

  // `path` is where the block stands, for the masks of dropout.
  T operator()(const T& x, const Weights<T>& w, const std::string& path = "") const {
    const auto at = [&](const char* name) { return path.empty() ? std::string(name) : concat(path, '.', name); };
    const auto& dropping = attention.dropping;
    const auto attended = [&](const T& in) {
      MultiheadAttention<T> here = attention;
      here.path = at("self_attn");
      return dropping(here(in, in, w / "self_attn"), at("dropout1"));
    };
    const auto fed = [&](const T& in) {
      const T h = dropping(activated(activation, affine(in, w / "linear1")), at("dropout"));
      return dropping(affine(h, w / "linear2"), at("dropout2"));
    };
    if (norm_first) {
      const T y = add(x, attended(layer_norm(x, w / "norm1")));
      return add(y, fed(layer_norm(y, w / "norm2")));
    }
    const T y = layer_norm(add(x, attended(x)), w / "norm1");
    return layer_norm(add(y, fed(y)), w / "norm2");
  }
};

template <TensorLike T>
T encoder(const EncoderBlock<T>& block, T x, const Weights<T>& w, Index layers, bool norm,
          const std::string& path = "") {
  for (Index i = 0; i < layers; ++i)
    x = block(x, w / "layers" / i, concat(path, path.empty() ? "" : ".", "layers.", i));
  return norm ? layer_norm(x, w / "norm") : x;
}

// Logits of the next token from the tokens' embeddings: wpe, pre-norm causal blocks, norm, and lm_head; tied: wte's
// weight again.
template <TensorLike T>
T causal_lm_of(const T& embedded, const Weights<T>& w, Index heads, Index layers, bool tied,
               const Dropping<T>& dropping = {}) {
  T x = dropping(learned_positions(embedded, w / "wpe"), "dropout");
  MultiheadAttention<T> attention{.heads = heads, .width = x.shape().back(0) / heads, .causal = true};
  attention.dropping = dropping;
  x = encoder(EncoderBlock<T>{attention, "gelu_tanh", true}, x, w / "h", layers, /*norm=*/true, "h");
  return affine(x, w(tied ? "wte.weight" : "lm_head.weight"));
}
template <TensorLike T>
T causal_lm(const T& tokens, const Weights<T>& w, Index heads, Index layers, bool tied,
            const Dropping<T>& dropping = {}) {
  return causal_lm_of(embedding(tokens, w / "wte"), w, heads, layers, tied, dropping);
}

}  // namespace plumbline::spec
