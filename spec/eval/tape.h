// A tape run backwards over a number type: ct of each input += vjp of each node, from the last recorded to the first.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "spec/eval/interpret.h"

namespace plumbline::spec {

// The vjp of one node as a graph of its own: leaves are the node's inputs in order, its value y, and the cotangent ct.
// A part is −1 for an input that has no derivative.
struct PullbackGraph {
  Graph graph;
  std::vector<NodeId> parts;
};
PullbackGraph pullback_of(const Graph& graph, NodeId node);

// Whether any element of a node depends on a leaf through differentiable inputs alone: only these get a cotangent.
std::vector<char> differentiable_nodes(const Graph& graph);

// The cotangent of each node for the cotangent `seed` of `output`, by values alone: nothing is appended to the graph,
// each vjp is computed where it stands. nullopt where nothing arrives. `values` are those of all nodes. The law
// `linked_session` proves it equal to append_grad, which works on the whole graph at once.
template <class N>
std::vector<std::optional<Tensor<N>>> tape_backward(const Graph& graph, const std::vector<Tensor<N>>& values,
                                                    NodeId output, const Tensor<N>& seed) {
  std::vector<std::optional<Tensor<N>>> cotangent(static_cast<std::size_t>(graph.size()));
  const std::vector<char> receives = differentiable_nodes(graph);
  cotangent[static_cast<std::size_t>(output)] = seed;
  for (NodeId id = output; id >= 0; --id) {
    const auto& ct = cotangent[static_cast<std::size_t>(id)];
    const Node& node = graph.node(id);
    if (!ct || node.leaf != Leaf::none || !receives[static_cast<std::size_t>(id)]) continue;
    const PullbackGraph local = pullback_of(graph, id);
    Tensors<N> leaves;
    for (const NodeId i : node.inputs) leaves.push_back(values[static_cast<std::size_t>(i)]);
    leaves.push_back(values[static_cast<std::size_t>(id)]);
    leaves.push_back(*ct);
    std::vector<NodeId> wanted;
    for (const NodeId part : local.parts)
      if (part >= 0) wanted.push_back(part);
    const std::vector<Tensor<N>> computed = interpret<N>(local.graph, leaves, wanted);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const auto from = static_cast<std::size_t>(node.inputs[i]);
      if (local.parts[i] < 0 || !receives[from]) continue;
      const Tensor<N>& mine = computed[static_cast<std::size_t>(local.parts[i])];
      auto& sum = cotangent[from];
      sum = sum ? zip(*sum, mine, [](const N& a, const N& b) { return N(a + b); }) : mine;
    }
  }
  return cotangent;
}

}  // namespace plumbline::spec
