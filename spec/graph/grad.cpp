// Reverse mode as a transform of graphs: the vjp of each node, from the output back, appended as nodes.
#include <unordered_map>

#include "spec/graph/graph.h"
#include "spec/ops/arithmetic/add.h"

namespace plumbline::spec {

namespace {

// The nodes on a path from `wrt` to `output`: only they receive a cotangent.
std::vector<char> on_a_path(const Graph& graph, NodeId output, std::span<const NodeId> wrt) {
  std::vector<char> reached(static_cast<std::size_t>(output) + 1, 0);
  for (NodeId id : wrt)
    if (id <= output) reached[static_cast<std::size_t>(id)] = 1;
  for (NodeId id = 0; id <= output; ++id) {
    const Node& node = graph.node(id);
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      if (reached[static_cast<std::size_t>(node.inputs[i])] && node.op->differentiable(i))
        reached[static_cast<std::size_t>(id)] = 1;
  }
  return reached;
}

}  // namespace

std::vector<Var> append_grad(Graph& graph, NodeId output, Var seed, std::span<const NodeId> wrt) {
  check(graph.node(output).shape == seed.shape(), "the seed has the shape of the output");
  const std::vector<char> wanted = on_a_path(graph, output, wrt);
  std::vector<Var> cotangent(static_cast<std::size_t>(output) + 1);
  cotangent[static_cast<std::size_t>(output)] = seed;
  for (NodeId id = output; id >= 0; --id) {
    const Var ct = cotangent[static_cast<std::size_t>(id)];
    if (ct.id() < 0 || !wanted[static_cast<std::size_t>(id)] || graph.node(id).leaf != Leaf::none) continue;
    const Op op = graph.node(id).op;  // copies: appending nodes moves the list
    const std::vector<NodeId> ids = graph.node(id).inputs;
    std::vector<Var> in;
    for (NodeId i : ids) in.push_back(graph.var(i));
    const std::vector<Var> parts = op->vjp(in, graph.var(id), ct);
    std::size_t part = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!op->differentiable(i)) continue;
      check(part < parts.size(), "a vjp returns one cotangent for each differentiable input");
      const Var mine = parts[part++];
      if (!wanted[static_cast<std::size_t>(ids[i])]) continue;
      Var& sum = cotangent[static_cast<std::size_t>(ids[i])];
      sum = sum.id() < 0 ? mine : add(sum, mine);
    }
  }
  std::vector<Var> out;
  for (NodeId id : wrt) out.push_back(id <= output ? cotangent[static_cast<std::size_t>(id)] : Var());
  return out;
}

}  // namespace plumbline::spec
