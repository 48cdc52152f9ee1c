// Reads a graph under a number type: the textbook value of every node.
#pragma once

#include <span>
#include <vector>

#include "spec/graph/graph.h"

namespace plumbline::spec {

// Which nodes the wanted ones depend on, themselves included.
std::vector<char> needed(const Graph& graph, std::span<const NodeId> wanted);

// `leaves` holds a tensor for each leaf, in the order of graph.leaves(); nodes that `wanted` does not depend on stay
// empty. `method_of(node)` names the method by which a node is read; empty: the textbook formula.
template <class N, class MethodOf>
std::vector<Tensor<N>> interpret(const Graph& graph, const Tensors<N>& leaves, std::span<const NodeId> wanted,
                                 MethodOf&& method_of) {
  const std::vector<char> run = needed(graph, wanted);
  std::vector<Tensor<N>> values(static_cast<std::size_t>(graph.size()));
  std::size_t leaf = 0;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    auto& value = values[static_cast<std::size_t>(id)];
    if (node.leaf != Leaf::none) {
      value = leaves[leaf++];
      continue;
    }
    if (!run[static_cast<std::size_t>(id)]) continue;
    Tensors<N> in;
    in.reserve(node.inputs.size());
    for (NodeId i : node.inputs) in.push_back(values[static_cast<std::size_t>(i)]);
    value = static_cast<const Reading<N>&>(*node.op).read(in, method_of(id));
  }
  return values;
}

template <class N>
std::vector<Tensor<N>> interpret(const Graph& graph, const Tensors<N>& leaves, std::span<const NodeId> wanted) {
  return interpret<N>(graph, leaves, wanted, [](NodeId) { return std::string_view(); });
}

// The method by which tolerances are read when a kernel names none: the op's first, or the textbook.
inline std::string_view default_method(const Op& op) {
  const auto methods = op->methods();
  return methods.empty() ? std::string_view() : methods.front();
}

// A graph of one op: its inputs are leaves x0, x1, … and it is the output. Index inputs become index leaves.
Result<Graph> graph_of(const Op& op, const Shapes& shapes);

// Refuses index data that are no integers, or lie outside their leaf's extent and are not ignored, and data whose shape
// is not the leaf's: `[gather] index 7 is out of range for input x1 with extent 5 [gather C0]`.
Result<void> check_data(const Graph& graph, const Tensors<double>& data);

}  // namespace plumbline::spec
