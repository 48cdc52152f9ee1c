// Attention with masks, caches and rotations, and the transformers made of it.
#include "crosscheck/laws/layers/layer_law.h"
#include "runtime/nn/transformer.h"
#include "spec/layers/transformer.h"

namespace plumbline::crosscheck {

using runtime::nn::Scope;
using spec::Choices;
using spec::Index;
using spec::Shape;
using spec::Var;
using Leaves = spec::Weights<Var>;
namespace nn = runtime::nn;

namespace {

constexpr std::uint64_t mask_seed = 11;  // of dropout, on both sides

spec::Dropping<Var> dropping(const Leaves& w, double p) {
  return {p, mask_seed, w.has("step") ? std::optional(w("step")) : std::nullopt};
}

Shape sequence(Choices& choices, Index width, Index least = 1) {
  Shape shape;
  if (choices.coin()) shape.push_back(choices.pick(1, 2));
  shape.push_back(choices.pick(least, 4)), shape.push_back(width);
  return shape;
}

using Heads = Drawn<nn::MultiheadAttention>;

Heads pick_heads(Choices& c) {
  Heads d;
  nn::MultiheadAttention& l = d.layer;
  l.num_heads = c.pick(1, 3), l.head_dim = 2 * c.pick(0, 2), l.embed_dim = l.num_heads * c.pick(1, 2);
  l.bias = c.coin();
  if (l.head_dim > 0 && c.coin()) l.rotary = nn::RotaryPositions{};
  d.x = sequence(c, l.embed_dim, 2);
  d.memory = d.x;
  return d;
}
spec::MultiheadAttention<Var> textbook_heads(const nn::MultiheadAttention& l, const Leaves& w) {
  const Index width = l.head_dim > 0 ? l.head_dim : l.embed_dim / l.num_heads;
  spec::MultiheadAttention<Var> out{.heads = l.num_heads, .width = width, .causal = l.is_causal};
  if (w.has("mask")) out.boolean = w("mask");
  if (w.has("bias_mask")) out.additive = w("bias_mask");
  out.rotary = l.rotary.has_value();
  out.dropping = dropping(w, l.dropout);
  return out;
}
// mask [T, S], or for each head.
void pick_mask(Choices& c, Heads& d) {
  d.masked = c.coin();
  d.layer.mask = c.coin() ? "additive" : "boolean";
  if (c.coin()) d.mask.push_back(d.layer.num_heads);
  d.mask.push_back(d.x.back(1)), d.mask.push_back(d.memory.back(1));
}
std::optional<Var> mask_leaf(const Heads& d, const Scope& s) {
  if (!d.masked) return std::nullopt;
  return s.recording().graph.input(d.layer.mask == "boolean" ? "mask" : "bias_mask", d.mask);
}

// The results of the positions one after another, each seeing what came before it in the cache.
Vars one_by_one(const Shape& x, const std::function<Var(Index)>& next) {
  Vars parts;
  for (Index t = 0; t < x.back(1); ++t) parts.push_back(next(t));
  return {call(spec::Concat{-2}, parts)};
}

void add_multihead(std::vector<Layer>& list) {
  list.push_back(layer_of<Heads>(
      "multihead_attention", "softmax(q k^T / sqrt(d) + mask) v for each head, between projections",
      [](Choices& c) {
        Heads d = pick_heads(c);
        d.layer.is_causal = c.coin();
        d.layer.dropout = c.pick(0, 3) == 3 ? 0.25 : 0;
        pick_mask(c, d);
        return d;
      },
      [](const Heads& d, const Scope& s) {
        s.recording().seed = mask_seed;
        const Var x = s.recording().graph.input("x", d.x);
        return Vars{d.layer(s, x, mask_leaf(d, s))};
      },
      [](const Heads& d, const Leaves& w) { return Vars{textbook_heads(d.layer, w)(w("x"), w("x"), w)}; }));
  list.push_back(layer_of<Heads>(
      "multihead_attention_cross", "queries from x, keys and values from memory",
      [](Choices& c) {
        Heads d = pick_heads(c);
        d.memory[d.memory.rank() - 2] = c.pick(1, 4);
        pick_mask(c, d);
        return d;
      },
      [](const Heads& d, const Scope& s) {
        spec::Graph& g = s.recording().graph;
        const Var x = g.input("x", d.x), memory = g.input("memory", d.memory);
        return Vars{d.layer.cross(s, x, memory, mask_leaf(d, s))};
      },
      [](const Heads& d, const Leaves& w) { return Vars{textbook_heads(d.layer, w)(w("x"), w("memory"), w)}; }));
  list.push_back(layer_of<Heads>(
      "multihead_attention_cached", "position by position with a cache of keys and values: the uncached result",
      [](Choices& c) {
        Heads d = pick_heads(c);
        d.layer.is_causal = true;
        return d;
      },
      [](const Heads& d, const Scope& s) {
        const Var x = s.recording().graph.input("x", d.x);
        nn::KeyValueCache cache;
        return one_by_one(d.x, [&](Index t) { return d.layer.cached(s, spec::slice(x, -2, t, t + 1), cache); });
      },
      [](const Heads& d, const Leaves& w) { return Vars{textbook_heads(d.layer, w)(w("x"), w("x"), w)}; }));
}

using Blocks = Drawn<nn::TransformerEncoder>;

Blocks pick_encoder(Choices& c, Index layers) {
  Blocks d;
  nn::TransformerEncoderLayer& l = d.layer.layer;
  l.nhead = c.pick(1, 2), l.d_model = 2 * l.nhead, l.dim_feedforward = c.pick(1, 4);
  l.norm_first = c.coin(), l.bias = c.coin(), l.is_causal = c.coin();
  l.activation = c.one_of<std::string>({"relu", "gelu"});
  l.dropout = c.pick(0, 2) == 2 ? 0.25 : 0;
  d.layer.num_layers = layers, d.layer.norm = c.coin();
  d.x = sequence(c, l.d_model, 2);
  return d;
}
spec::EncoderBlock<Var> textbook_block(const nn::TransformerEncoderLayer& l, const Leaves& w) {
  spec::MultiheadAttention<Var> attention{.heads = l.nhead, .width = l.d_model / l.nhead, .causal = l.is_causal};
  attention.dropping = dropping(w, l.dropout);
  return {attention, l.activation, l.norm_first};
}

void add_encoders(std::vector<Layer>& list) {
  list.push_back(layer_of<Blocks>(
      "transformer_encoder_layer", "attention and a perceptron, with residuals and norms behind or before them",
      [](Choices& c) { return pick_encoder(c, 1); },
      [](const Blocks& d, const Scope& s) {
        s.recording().seed = mask_seed;
        return Vars{d.layer.layer(s, s.recording().graph.input("x", d.x))};
      },
      [](const Blocks& d, const Leaves& w) { return Vars{textbook_block(d.layer.layer, w)(w("x"), w)}; }));
  list.push_back(layer_of<Blocks>(
      "transformer_encoder", "a stack of encoder layers, and a norm where asked for",
      [](Choices& c) { return pick_encoder(c, c.pick(1, 2)); },
      [](const Blocks& d, const Scope& s) {
        s.recording().seed = mask_seed;
        return Vars{d.layer(s, s.recording().graph.input("x", d.x))};
      },
      [](const Blocks& d, const Leaves& w) {
        return Vars{spec::encoder(textbook_block(d.layer.layer, w), w("x"), w, d.layer.num_layers, d.layer.norm)};
      }));
}

using Lm = Drawn<nn::CausalLm>;

Lm pick_lm(Choices& c) {
  Lm d{{.vocabulary = c.pick(2, 4), .context = 1, .d_model = 2, .nhead = c.pick(1, 2), .num_layers = c.pick(1, 2),
        .tied = c.coin()},
       {}};
  if (c.coin()) d.x.push_back(c.pick(1, 2));
  d.x.push_back(c.pick(2, 3));
  d.layer.context = d.x.back(0) + c.pick(0, 1);
  return d;
}

void add_language_models(std::vector<Layer>& list) {
  list.push_back(layer_of<Lm>(
      "causal_lm", "logits of the next token: embedding, positions, causal blocks, norm, the vocabulary",
      [](Choices& c) {
        Lm d = pick_lm(c);
        d.layer.dropout = c.pick(0, 2) == 2 ? 0.25 : 0;
        return d;
      },
      [](const Lm& d, const Scope& s) {
        s.recording().seed = mask_seed;
        return Vars{d.layer(s, s.recording().graph.index_input("tokens", d.x, d.layer.vocabulary))};
      },
      [](const Lm& d, const Leaves& w) {
        return Vars{spec::causal_lm(w("tokens"), w, d.layer.nhead, d.layer.num_layers, d.layer.tied,
                                    dropping(w, d.layer.dropout))};
      }));
  list.push_back(layer_of<Lm>(
      "causal_lm_cached", "token by token with a cache of keys and values: the uncached logits", pick_lm,
      [](const Lm& d, const Scope& s) {
        std::vector<nn::KeyValueCache> caches;
        Shape one = d.x;
        one[one.rank() - 1] = 1;
        Vars tokens;
        for (Index t = 0; t < d.x.back(0); ++t)
          tokens.push_back(s.recording().graph.index_input(spec::concat("token", t), one, d.layer.vocabulary));
        return one_by_one({d.x.back(0), 1},
                          [&](Index t) { return d.layer(s, tokens[static_cast<std::size_t>(t)], &caches); });
      },
      [](const Lm& d, const Leaves& w) {
        Vars embedded;
        const Leaves wte = w / "wte";
        for (Index t = 0; t < d.x.back(0); ++t) embedded.push_back(spec::embedding(w(spec::concat("token", t)), wte));
        return Vars{spec::causal_lm_of(call(spec::Concat{-2}, embedded), w, d.layer.nhead, d.layer.num_layers,
                                       d.layer.tied)};
      }));
}

}  // namespace

void add_attention_layers(std::vector<Layer>& list) {
  add_multihead(list), add_encoders(list), add_language_models(list);
}

}  // namespace plumbline::crosscheck
