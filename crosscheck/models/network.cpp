// Building the models.
#include "crosscheck/models/network.h"

#include "spec/layers/layers.h"
#include "spec/layers/losses.h"
#include "spec/ops/shape/full.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Var;

const std::vector<Network>& networks() {
  static const std::vector<Network> all{
      {"digits-mlp", "digits.csv", {64, 32, 10}, 0x1p-4, spec::Adam{.lr = 0.01}, 0.9},
      {"iris-mlp", "iris.csv", {4, 16, 3}, 0x1p-3, spec::Adam{.lr = 0.02}, 0.9},
  };
  return all;
}

TrainGraph forward_graph(const Network& network, Index batch) {
  TrainGraph g;
  const Var x = g.graph.input("x", {batch, network.features()});
  const Var labels = g.graph.index_input("labels", {batch}, network.classes());
  std::vector<Var> params;
  for (const auto& p : init_plan(network, 0).parameters) params.push_back(g.graph.param(p.name, p.shape));
  const Var logits = spec::mlp(x, std::span<const Var>(params));
  g.graph.rename(logits.id(), "logits");
  const Var loss = spec::cross_entropy_index(logits, labels);
  g.graph.rename(loss.id(), "loss");
  g.graph.output(loss);
  g.x = x.id(), g.labels = labels.id(), g.logits = logits.id(), g.loss = loss.id();
  for (const Var& p : params) g.params.push_back(p.id());
  return g;
}

void append_gradients(TrainGraph& g) {
  const Var seed = g.graph.apply(spec::make_op(spec::Full{g.graph.node(g.loss).shape.dims(), 1.0}), {});
  for (const Var& ct : spec::append_grad(g.graph, g.loss, seed, g.params)) g.gradients.push_back(ct.id());
}

spec::InitPlan init_plan(const Network& network, std::uint64_t seed) {
  spec::InitPlan plan;
  plan.seed = seed;
  const std::size_t layers = network.widths.size() - 1;
  for (std::size_t i = 0; i < layers; ++i) {
    const Index in = network.widths[i], out = network.widths[i + 1];
    const auto weight =
        i + 1 < layers ? spec::Initialiser(spec::KaimingUniformInit{}) : spec::Initialiser(spec::XavierUniformInit{});
    plan.add(spec::concat("layer.", i, ".weight"), {out, in}, weight);
    plan.add(spec::concat("layer.", i, ".bias"), {out}, spec::ZerosInit{});
  }
  return plan;
}

}  // namespace plumbline::crosscheck
