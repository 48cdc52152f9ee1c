// Bugs in what layers record: heads, masks, caches, gates, residuals, norms, running state, and plans.
#include <numeric>

#include "crosscheck/mutants/mutant.h"
#include "runtime/nn/recurrent.h"
#include "runtime/nn/transformer.h"
#include "spec/graph/catalogue.h"
#include "spec/ops/compare/logical_not.h"
#include "spec/ops/shape/permute.h"

namespace plumbline::crosscheck {

using spec::Graph;
using spec::Index;
using spec::Node;
using spec::Var;
namespace nn = runtime::nn;

namespace {

// What stands for an op's node; nullopt: itself.
using Change = std::function<std::optional<Var>(const Node& node, const Vars& in)>;

// The graph with the nodes of one op changed: all of them, or the n-th.
Graph rewritten(const Graph& graph, std::string_view op, const Change& change, int nth) {
  Graph out;
  std::vector<Var> at;
  int seen = 0;
  for (const Node& n : graph.nodes()) {
    if (n.leaf != spec::Leaf::none) {
      at.push_back(n.extent >= 0                 ? out.index_input(n.name, n.shape, n.extent)
                   : n.leaf == spec::Leaf::param ? out.param(n.name, n.shape)
                                                 : out.input(n.name, n.shape));
      continue;
    }
    Vars in;
    for (const spec::NodeId i : n.inputs) in.push_back(at[static_cast<std::size_t>(i)]);
    std::optional<Var> other;
    if (n.op.name() == op && (nth < 0 || seen++ == nth)) other = change(n, in);
    at.push_back(other && other->shape() == n.shape ? *other : out.apply(n.op, in));
  }
  out.output(at[static_cast<std::size_t>(graph.outputs().front())]);
  return out;
}

Mutant layer_mutant(std::string_view layer, std::string_view name, std::string_view bug, LayerBug how) {
  Mutant m;
  m.name = spec::concat("nn.", layer, "/", name), m.op = layer, m.bug = bug, m.stage = Stage::layer;
  how.layer = layer;
  m.layer = std::make_shared<const LayerBug>(std::move(how));
  return m;
}
LayerBug in_graph(std::string op, Change change, int nth = -1) {
  return {.graph = [=](const Graph& graph) { return rewritten(graph, op, change, nth); }};
}
template <class L, class F>
LayerBug in_config(F change) {
  return {.config = [change](std::any& config) { change(std::any_cast<Drawn<L>&>(config)); }};
}

// The op with one attribute changed.
Change attribute(std::string name, std::string value) {
  return [=](const Node& n, const Vars& in) -> std::optional<Var> {
    static const spec::Catalogue catalogue = spec::Catalogue::builtin();
    spec::Attributes attributes = n.op->attributes();
    for (spec::Attribute& a : attributes)
      if (a.name == name) a.value = value;
    const auto op = catalogue.parse(n.op.name(), attributes);
    if (!op) return std::nullopt;
    return in.front().graph().apply(*op, in);
  };
}
// Two inputs exchanged, where their shapes allow it.
Change exchanged(std::size_t i, std::size_t j) {
  return [=](const Node& n, const Vars& in) -> std::optional<Var> {
    if (in.size() <= std::max(i, j) || in[i].shape() != in[j].shape()) return std::nullopt;
    Vars other = in;
    std::swap(other[i], other[j]);
    return in.front().graph().apply(n.op, other);
  };
}
// One of the inputs in place of the result.
Change only(std::size_t i) {
  return [=](const Node&, const Vars& in) -> std::optional<Var> { return in[i]; };
}
Change without_last_input(std::size_t least) {
  return [=](const Node& n, const Vars& in) -> std::optional<Var> {
    if (in.size() <= least) return std::nullopt;
    return in.front().graph().apply(n.op, Vars(in.begin(), in.end() - 1));
  };
}
// Blocks of rows of input i exchanged: gates in another order.
Change gates_exchanged(std::size_t i, Index gates, Index a, Index b) {
  return [=](const Node& n, const Vars& in) -> std::optional<Var> {
    const Index rows = in[i].shape()[0] / gates;
    Vars blocks, other = in;
    for (Index g = 0; g < gates; ++g) {
      const Index from = g == a ? b : g == b ? a : g;
      blocks.push_back(spec::slice(in[i], 0, from * rows, (from + 1) * rows));
    }
    other[i] = call(spec::Concat{0}, blocks);
    return in.front().graph().apply(n.op, other);
  };
}

// [.., T, H·d] read as [.., T, d, H]: each head takes every H-th coordinate.
std::optional<Var> interleaved_heads(const Node& n, const Vars& in) {
  if (n.shape.rank() != in[0].shape().rank() + 1) return std::nullopt;
  spec::Shape apart = n.shape;
  std::swap(apart[apart.rank() - 1], apart[apart.rank() - 2]);
  return spec::transpose_last(spec::reshape(in[0], apart));
}
// Heads and positions joined without being exchanged first.
std::optional<Var> heads_before_positions(const Node& n, const Vars& in) {
  const spec::Shape& s = in[0].shape();
  if (n.shape.rank() + 1 != s.rank() || s.rank() < 3) return std::nullopt;
  spec::Axes axes(static_cast<std::size_t>(s.rank()));
  std::iota(axes.begin(), axes.end(), Index{0});
  std::swap(axes[axes.size() - 2], axes[axes.size() - 3]);
  return spec::reshape(spec::permute(in[0], axes), n.shape);
}

void add_attention(std::vector<Mutant>& list) {
  const char* layer = "multihead_attention";
  const auto plant = [&](const char* name, const char* bug, LayerBug how) {
    list.push_back(layer_mutant(layer, name, bug, std::move(how)));
  };
  plant("qk_swapped", "queries and keys exchanged", in_graph("attention", exchanged(0, 1)));
  plant("values_are_keys", "keys for values", in_graph("attention", exchanged(1, 2)));
  plant("wrong_head_split", "each head takes every H-th coordinate", in_graph("reshape", interleaved_heads));
  plant("wrong_head_join", "heads and positions mixed", in_graph("reshape", heads_before_positions));
  plant("scale_missing", "scores are not divided by the root of the head's width",
        in_graph("attention", attribute("scale", "1")));
  plant("causal_ignored", "every position sees every other", in_config<nn::MultiheadAttention>([](auto& d) {
          d.layer.is_causal = false;
        }));
  plant("causal_off_by_one", "each position sees the next one", in_graph("attention", attribute("start", "1")));
  plant("mask_inverted", "a boolean mask blocks where it should attend",
        in_graph("attention", [](const Node& n, const Vars& in) -> std::optional<Var> {
          if (in.size() < 4) return std::nullopt;
          Vars other = in;
          other[3] = call(spec::LogicalNot{}, Vars{in[3]});
          return in[0].graph().apply(n.op, other);
        }));
  plant("mask_ignored", "the mask is dropped", in_graph("attention", without_last_input(3)));
  plant("bias_missing", "projections without bias", in_graph("linear", without_last_input(2)));
  plant("rotation_missing", "queries are not rotated", in_graph("rope", only(0), 0));
  plant("rotation_half_split", "pairs lie half a head apart", in_graph("rope", attribute("interleaved", "false")));
  plant("dropout_unseeded", "the mask of another seed", in_graph("dropout", attribute("seed", "12")));
  layer = "multihead_attention_cross";
  plant("keys_of_the_queries", "values and keys exchanged", in_graph("attention", exchanged(1, 2)));
  layer = "multihead_attention_cached";
  plant("start_forgotten", "a position sees the first keys only", in_graph("attention", attribute("start", "0")));
  plant("cache_reversed", "new keys in front of the old ones", in_graph("concat", [](const Node& n, const Vars& in) {
          return std::optional(in[0].graph().apply(n.op, Vars(in.rbegin(), in.rend())));
        }, 0));
  plant("rotation_restarts", "each position is rotated as the first", in_graph("rope", attribute("start", "0")));
  layer = "causal_lm_cached";
  plant("start_forgotten", "a position sees the first keys only", in_graph("attention", attribute("start", "0")));
}

void add_transformers(std::vector<Mutant>& list) {
  const char* layer = "transformer_encoder_layer";
  using Encoder = nn::TransformerEncoder;
  const auto plant = [&](const char* name, const char* bug, LayerBug how) {
    list.push_back(layer_mutant(layer, name, bug, std::move(how)));
  };
  plant("norm_swapped", "pre-norm for post-norm", in_config<Encoder>([](auto& d) {
          d.layer.layer.norm_first = !d.layer.layer.norm_first;
        }));
  plant("residual_missing", "attention without its residual", in_graph("add", only(1), 0));
  plant("second_residual_missing", "the perceptron without its residual", in_graph("add", only(1), 1));
  plant("activation", "another activation", in_config<Encoder>([](auto& d) {
          d.layer.layer.activation = d.layer.layer.activation == "relu" ? "gelu" : "relu";
        }));
  plant("eps", "1e-6 in the norms", in_config<Encoder>([](auto& d) { d.layer.layer.layer_norm_eps = 1e-6; }));
  plant("dropout_paths_shared", "one mask for all", in_graph("dropout", attribute("path", "dropout")));
  plant("step_ignored", "the mask of the first step for ever", in_graph("dropout", without_last_input(1)));
  plant("shared_seed", "out_proj and linear1 share a stream", {.plan = [](runtime::Initialisation& plan) {
          std::uint64_t stream = 0;
          for (auto& p : plan.parameters) {
            if (p.name == "self_attn.out_proj.weight") stream = p.stream;
            if (p.name == "linear1.weight") p.stream = stream;
          }
        }});
  plant("unplanned", "the last parameter has no initialiser",
        {.plan = [](runtime::Initialisation& plan) { plan.parameters.pop_back(); }});
  layer = "transformer_encoder";
  plant("layer_missing", "one layer fewer", in_config<Encoder>([](auto& d) { d.layer.num_layers = 1; }));
  plant("final_norm", "a norm too many, or too few", in_config<Encoder>([](auto& d) { d.layer.norm = !d.layer.norm; }));
  layer = "causal_lm";
  plant("positions_missing", "tokens without positions", in_graph("add", only(0), 0));
  plant("sees_the_future", "attention is not causal", in_graph("attention", attribute("is_causal", "false")));
  plant("untied", "the head's weight is not the embedding's", in_config<nn::CausalLm>([](auto& d) {
          d.layer.tied = !d.layer.tied;
        }));
}

void add_recurrent(std::vector<Mutant>& list) {
  const char* layer = "lstm";
  const auto plant = [&](const char* name, const char* bug, LayerBug how) {
    list.push_back(layer_mutant(layer, name, bug, std::move(how)));
  };
  plant("gate_order", "f and g exchanged in W_ih", in_graph("lstm", gates_exchanged(1, 4, 1, 2)));
  plant("gate_order_of_state", "i and o exchanged in W_hh", in_graph("lstm", gates_exchanged(2, 4, 0, 3)));
  plant("states_exchanged", "c0 for h0", in_graph("lstm", [](const Node& n, const Vars& in) -> std::optional<Var> {
          if (in[in.size() - 1].shape() == in[1].shape() || in.size() == 3 || in.back().shape()[0] == in[1].shape()[0])
            return std::nullopt;  // no states
          return exchanged(in.size() - 2, in.size() - 1)(n, in);
        }));
  plant("way_back_forwards", "the way back reads forwards", in_graph("flip", only(0)));
  plant("way_back_not_turned", "outputs of the way back in its own order", in_graph("flip", only(0), 1));
  plant("final_state", "the state of the first step",
        in_graph(
            "slice", [](const Node&, const Vars& in) -> std::optional<Var> { return spec::slice(in[0], 0, 0, 1); }, 0));
  plant("bias_once", "b_ih for b_hh", in_graph("lstm", [](const Node& n, const Vars& in) -> std::optional<Var> {
          if (in.size() < 5 || in[3].shape().rank() != 1 || in[3].shape()[0] != in[1].shape()[0]) return std::nullopt;
          Vars other = in;
          other[4] = in[3];
          return in[0].graph().apply(n.op, other);
        }));
  layer = "gru";
  plant("gate_order", "r and z exchanged", in_graph("gru", gates_exchanged(1, 3, 0, 1)));
  plant("reset_form", "the other form of the reset", in_config<nn::Recurrent>([](auto& d) {
          d.layer.reset_after = !d.layer.reset_after;
        }));
  layer = "rnn";
  plant("nonlinearity", "the other nonlinearity", in_config<nn::Recurrent>([](auto& d) {
          d.layer.cell = d.layer.cell == "rnn" ? "rnn_relu" : "rnn";
        }));
  layer = "gated_diagonal_ssm";
  plant("gates_exchanged", "W_u and W_z exchanged", in_graph("gated_diagonal_ssm", exchanged(1, 3)));
  layer = "mamba";
  plant("b_and_c", "B and C exchanged", in_graph("selective_scan", exchanged(3, 4)));
  plant("growing", "A positive", in_graph("neg", only(0)));
  plant("not_causal", "the convolution sees the future",
        in_graph("slice", [](const Node& n, const Vars& in) -> std::optional<Var> {
          const Index extra = in[0].shape().back(0) - n.shape.back(0);
          if (extra <= 0) return std::nullopt;
          return spec::slice(in[0], -1, extra, extra + n.shape.back(0));
        }, 2));
  plant("gate_missing", "u for z", in_graph("selective_scan", [](const Node& n, const Vars& in) {
          Vars other = in;
          other[6] = in[0];
          return std::optional(in[0].graph().apply(n.op, other));
        }));
}

void add_images(std::vector<Mutant>& list) {
  const char* layer = "batch_norm";
  const auto plant = [&](const char* name, const char* bug, LayerBug how) {
    list.push_back(layer_mutant(layer, name, bug, std::move(how)));
  };
  plant("mode", "running statistics in training and the batch's else", in_config<nn::BatchNorm>([](auto& d) {
          d.training = !d.training;
        }));
  plant("momentum", "1 − m for m", in_config<nn::BatchNorm>([](auto& d) { d.layer.momentum = 0.9; }));
  plant("updated_twice", "the running mean moves twice",
        in_graph("batch_norm_running_mean", [](const Node& n, const Vars& in) {
          Graph& g = in[0].graph();
          return std::optional(g.apply(n.op, Vars{in[0], g.apply(n.op, in)}));
        }));
  plant("never_updated", "the running variance stays", in_graph("batch_norm_running_var", only(1)));
  layer = "conv_block";
  plant("norm_missing", "no norm", in_graph("batch_norm", only(0)));
  plant("activation_missing", "no activation", in_graph("relu", only(0)));
  plant("dropout_missing", "nothing is dropped", in_graph("dropout", only(0)));
  layer = "basic_block";
  plant("shortcut_missing", "no residual", in_graph("add", only(0)));
  plant("relu_missing", "the first relu is missing", in_graph("relu", only(0), 0));
  plant("last_relu_missing", "the sum is not rectified", in_graph("relu", only(0), 1));
  plant("projection_norm_missing", "the projection without its norm", in_graph("batch_norm", only(0), 2));
  layer = "residual";
  plant("missing", "f(x) alone", in_graph("add", only(1)));
  layer = "parallel";
  plant("one_branch", "g is left out", in_graph("add", only(0)));
  layer = "head";
  plant("norm_missing", "no norm", in_graph("layer_norm", only(0)));
  layer = "group_norm";
  plant("one_group", "all channels together", in_graph("group_norm", attribute("num_groups", "1")));
  layer = "learned_positions";
  plant("start_ignored", "from position 0", in_graph("slice", [](const Node& n, const Vars& in) {
          return std::optional(spec::slice(in[0], 0, 0, n.shape[0]));
        }));
  layer = "sinusoidal_positions";
  plant("start_ignored", "from position 0", in_graph("sinusoidal_encoding", attribute("start", "0")));
  layer = "rotary_positions";
  plant("base", "base 10000 always", in_graph("rope", attribute("base", "10000")));
}

}  // namespace

void add_layer_bugs(std::vector<Mutant>& list) {
  add_attention(list), add_transformers(list), add_recurrent(list), add_images(list);
}

}  // namespace plumbline::crosscheck
