// Recurrent layers and state spaces.
#include "crosscheck/laws/layers/layer_law.h"
#include "runtime/nn/recurrent.h"
#include "spec/layers/recurrent.h"

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
  Shape shape{choices.pick(1, 3)};
  if (choices.coin()) shape.push_back(choices.pick(1, 2));
  shape.push_back(width);
  return shape;
}

using Unrolling = Drawn<nn::Recurrent>;

Unrolling pick_cell(Choices& c, std::string cell) {
  Unrolling d;
  nn::Recurrent& l = d.layer;
  l.cell = std::move(cell);
  l.input_size = c.pick(1, 3), l.hidden_size = c.pick(1, 2), l.num_layers = c.pick(1, 2);
  l.bias = c.pick(0, 3) < 3, l.bidirectional = c.coin(), l.reset_after = c.pick(0, 2) < 2;
  d.x = sequence(c, l.input_size);
  d.given = c.coin();
  return d;
}

std::size_t runs_of(const nn::Recurrent& l) {
  return static_cast<std::size_t>(l.num_layers) * (l.bidirectional ? 2 : 1);
}
std::size_t states_of(const Unrolling& d) { return !d.given ? 0 : runs_of(d.layer) * (d.layer.cell == "lstm" ? 2 : 1); }

Vars record_cell(const Unrolling& d, const Scope& s) {
  spec::Graph& g = s.recording().graph;
  const Var x = g.input("x", d.x);
  Shape state;
  for (Index a = 1; a + 1 < d.x.rank(); ++a) state.push_back(d.x[a]);
  state.push_back(d.layer.hidden_size);
  Vars initial;
  for (std::size_t i = 0; i < states_of(d); ++i) initial.push_back(g.input(spec::concat("state", i), state));
  const nn::Recurrence r = d.layer(s, x, initial);
  Vars out{r.output};
  out.insert(out.end(), r.hidden.begin(), r.hidden.end());
  out.insert(out.end(), r.cell.begin(), r.cell.end());
  return out;
}

Vars textbook_cell(const Unrolling& d, const Leaves& w) {
  const nn::Recurrent& l = d.layer;
  Vars initial;
  for (std::size_t i = 0; i < states_of(d); ++i) initial.push_back(w(spec::concat("state", i)));
  const spec::Recurrent unrolled{l.cell, l.hidden_size, l.num_layers, l.bidirectional, l.reset_after};
  const auto r = unrolled(w("x"), w, initial);
  Vars out{r.output};
  out.insert(out.end(), r.hidden.begin(), r.hidden.end());
  if (l.cell == "lstm") out.insert(out.end(), r.cell.begin(), r.cell.end());
  return out;
}

}  // namespace

void add_sequence_layers(std::vector<Layer>& list) {
  list.push_back(layer_of<Unrolling>(
      "rnn", "h_t = tanh or relu of W_ih x_t + b_ih + W_hh h_(t-1) + b_hh; layers, both directions",
      [](Choices& c) { return pick_cell(c, c.coin() ? "rnn_relu" : "rnn"); }, record_cell, textbook_cell));
  list.push_back(layer_of<Unrolling>(
      "gru", "h_t = (1 - z) n + z h_(t-1), reset after or before the product; layers, both directions",
      [](Choices& c) { return pick_cell(c, "gru"); }, record_cell, textbook_cell));
  list.push_back(layer_of<Unrolling>(
      "lstm", "c_t = f c_(t-1) + i g, h_t = o tanh(c_t); layers, both directions, final states",
      [](Choices& c) { return pick_cell(c, "lstm"); }, record_cell, textbook_cell));
  using Gated = Drawn<nn::GatedDiagonalSsm>;
  list.push_back(layer_of<Gated>(
      "gated_diagonal_ssm", "h_t = d h_(t-1) + (1 - d) u, y_t = h_t silu(W_z x_t + b_z)",
      [](Choices& c) {
        Gated d{{.input_size = c.pick(1, 3), .hidden_size = c.pick(1, 3), .bias = c.coin()}, {}};
        d.x = sequence(c, d.layer.input_size);
        return d;
      },
      [](const Gated& d, const Scope& s) { return Vars{d.layer(s, s.recording().graph.input("x", d.x))}; },
      [](const Gated& d, const Leaves& w) { return Vars{spec::gated_diagonal(w("x"), w, d.layer.hidden_size)}; }));
  using Selective = Drawn<nn::Mamba>;
  list.push_back(layer_of<Selective>(
      "mamba", "a causal depthwise convolution, the selective scan and its gate between projections",
      [](Choices& c) {
        Selective d{{.d_model = c.pick(1, 2), .d_state = c.pick(1, 2), .d_conv = c.pick(1, 3), .expand = c.pick(1, 2),
                     .dt_rank = c.pick(0, 2)},
                    {}};
        d.x = sequence(c, d.layer.d_model);
        return d;
      },
      [](const Selective& d, const Scope& s) { return Vars{d.layer(s, s.recording().graph.input("x", d.x))}; },
      [](const Selective& d, const Leaves& w) {
        return Vars{spec::mamba(w("x"), w, d.layer.d_state, d.layer.dt_rank > 0 ? d.layer.dt_rank : 1)};
      }));
}

}  // namespace plumbline::crosscheck
