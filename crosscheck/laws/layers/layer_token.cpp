// Layers on tokens and positions.
#include "crosscheck/laws/layers/layer_law.h"
#include "runtime/nn/layers.h"
#include "spec/layers/positions.h"

namespace plumbline::crosscheck {

using runtime::nn::Scope;
using spec::Choices;
using spec::Index;
using spec::Shape;
using spec::Var;
using Leaves = spec::Weights<Var>;
namespace nn = runtime::nn;

namespace {

Shape sequence(Choices& choices, Index width) {
  Shape shape;
  for (Index a = choices.pick(0, 1); a > 0; --a) shape.push_back(choices.pick(1, 2));
  shape.push_back(choices.pick(1, 5)), shape.push_back(width);
  return shape;
}

// Embeds x, indices or a distribution.
template <bool by_index>
Layer embedding_layer(std::string_view name, std::string_view summary) {
  using Table = Drawn<nn::Embedding>;
  return layer_of<Table>(
      name, summary,
      [](Choices& c) {
        Table d{{.num_embeddings = c.pick(1, 5), .embedding_dim = c.pick(1, 3)}, {c.pick(1, 3), c.pick(1, 3)}};
        if (!by_index) d.x.push_back(d.layer.num_embeddings);
        return d;
      },
      [](const Table& d, const Scope& s) {
        spec::Graph& g = s.recording().graph;
        return Vars{d.layer(s, by_index ? g.index_input("x", d.x, d.layer.num_embeddings) : g.input("x", d.x))};
      },
      [](const Table&, const Leaves& w) {
        return Vars{by_index ? spec::embedding(w("x"), w) : spec::mixed_embedding(w("x"), w)};
      });
}

}  // namespace

void add_token_layers(std::vector<Layer>& list) {
  list.push_back(embedding_layer<true>("embedding", "rows of the weight by index"));
  list.push_back(embedding_layer<false>("embedding_distribution", "mixtures of the weight's rows: one-hot or not"));
  using Learned = Drawn<nn::LearnedPositions>;
  list.push_back(layer_of<Learned>(
      "learned_positions", "x plus the weight's row of each position",
      [](Choices& c) {
        Learned d{{.max_len = 1, .embedding_dim = c.pick(1, 4), .start = c.pick(0, 2)}, {}};
        d.x = sequence(c, d.layer.embedding_dim);
        d.layer.max_len = d.layer.start + d.x.back(1) + c.pick(0, 2);
        return d;
      },
      [](const Learned& d, const Scope& s) { return Vars{d.layer(s, s.recording().graph.input("x", d.x))}; },
      [](const Learned& d, const Leaves& w) { return Vars{spec::learned_positions(w("x"), w, d.layer.start)}; }));
  using Sinusoidal = Drawn<nn::SinusoidalPositions>;
  list.push_back(layer_of<Sinusoidal>(
      "sinusoidal_positions", "x plus sine and cosine of pos * 10000^(-2 floor(c/2) / d)",
      [](Choices& c) { return Sinusoidal{{c.pick(0, 3)}, sequence(c, c.pick(1, 6))}; },
      [](const Sinusoidal& d, const Scope& s) { return Vars{d.layer(s, s.recording().graph.input("x", d.x))}; },
      [](const Sinusoidal& d, const Leaves& w) { return Vars{spec::sinusoidal_positions(w("x"), d.layer.start)}; }));
  using Rotary = Drawn<nn::RotaryPositions>;
  list.push_back(layer_of<Rotary>(
      "rotary_positions", "pairs of the last axis rotated by pos * base^(-2k/d)",
      [](Choices& c) {
        return Rotary{{.start = c.pick(0, 3), .base = c.one_of<double>({10000, 100}), .interleaved = c.coin()},
                      sequence(c, 2 * c.pick(1, 3))};
      },
      [](const Rotary& d, const Scope& s) { return Vars{d.layer(s, s.recording().graph.input("x", d.x))}; },
      [](const Rotary& d, const Leaves& w) {
        return Vars{spec::rotary_positions(w("x"), d.layer.interleaved, d.layer.start, d.layer.base)};
      }));
}

}  // namespace plumbline::crosscheck
