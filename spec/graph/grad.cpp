// Reverse mode as a transform of graphs: the vjp of each node, from the outputs back, appended as nodes.
#include "spec/graph/derivative.h"

#include <algorithm>

#include "spec/ops/arithmetic/add.h"

namespace plumbline::spec {

namespace {

// The nodes of [first, last] on a path from `wrt`: only they receive a cotangent.
std::vector<char> on_a_path(const Graph& graph, NodeId first, NodeId last, std::span<const NodeId> wrt) {
  std::vector<char> reached(static_cast<std::size_t>(last - first) + 1, 0);
  const auto at = [&](NodeId id) -> char& { return reached[static_cast<std::size_t>(id - first)]; };
  for (NodeId id : wrt)
    if (id >= first && id <= last) at(id) = 1;
  for (NodeId id = first; id <= last; ++id) {
    const Node& node = graph.node(id);
    for (std::size_t i = 0; i < node.inputs.size() && !at(id); ++i)
      if (node.inputs[i] >= first && at(node.inputs[i]) && node.op->differentiable(i)) at(id) = 1;
  }
  return reached;
}

}  // namespace

std::vector<Var> append_vjp(Graph& graph, std::span<const NodeId> outputs, std::span<const Var> seeds,
                            std::span<const NodeId> wrt, NodeId first) {
  check(outputs.size() == seeds.size(), "each output has a seed");
  NodeId last = first - 1;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    check(graph.node(outputs[k]).shape == seeds[k].shape(), "the seed has the shape of the output");
    last = std::max(last, outputs[k]);
  }
  const std::vector<char> wanted = on_a_path(graph, first, last, wrt);
  std::vector<Var> cotangent(wanted.size());
  const auto place = [&](NodeId id) { return static_cast<std::size_t>(id - first); };
  const auto receive = [&](NodeId id, const Var& mine) {
    if (id < first || !wanted[place(id)]) return;
    Var& sum = cotangent[place(id)];
    sum = sum.id() < 0 ? mine : add(sum, mine);
  };
  for (std::size_t k = 0; k < outputs.size(); ++k) receive(outputs[k], seeds[k]);
  std::vector<Var> in;
  for (NodeId id = last; id >= first; --id) {
    const Var ct = cotangent[place(id)];
    if (ct.id() < 0 || graph.node(id).leaf != Leaf::none) continue;
    const Node& node = graph.node(id);  // stays where it is while nodes are appended
    in.clear();
    for (NodeId i : node.inputs) in.push_back(graph.var(i));
    const std::vector<Var> parts = node.op->vjp(in, graph.var(id), ct);
    std::size_t part = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!node.op->differentiable(i)) continue;
      check(part < parts.size(), "a vjp returns one cotangent for each differentiable input");
      receive(node.inputs[i], parts[part++]);
    }
  }
  std::vector<Var> out;
  for (NodeId id : wrt) out.push_back(id >= first && id <= last ? cotangent[place(id)] : Var());
  return out;
}

std::vector<Var> append_grad(Graph& graph, NodeId output, Var seed, std::span<const NodeId> wrt) {
  return append_vjp(graph, std::span(&output, 1), std::span(&seed, 1), wrt);
}

}  // namespace plumbline::spec
