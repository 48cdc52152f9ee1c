// What a tape knows of a graph without any numbers.
#include "spec/eval/tape.h"

namespace plumbline::spec {

PullbackGraph pullback_of(const Graph& graph, NodeId node) {
  const Node& n = graph.node(node);
  PullbackGraph out;
  std::vector<Var> in;
  for (std::size_t i = 0; i < n.inputs.size(); ++i) {
    const Node& from = graph.node(n.inputs[i]);
    in.push_back(from.extent >= 0 ? out.graph.index_input(concat('x', i), from.shape, from.extent)
                                  : out.graph.input(concat('x', i), from.shape));
  }
  const Var y = out.graph.input("y", n.shape), ct = out.graph.input("ct", n.shape);
  const std::vector<Var> parts = n.op->vjp(in, y, ct);
  std::size_t part = 0;
  for (std::size_t i = 0; i < n.inputs.size(); ++i) {
    if (!n.op->differentiable(i)) {
      out.parts.push_back(-1);
      continue;
    }
    check(part < parts.size(), "a vjp returns one cotangent for each differentiable input");
    out.parts.push_back(parts[part++].id());
  }
  return out;
}

std::vector<char> differentiable_nodes(const Graph& graph) {
  std::vector<char> reached(static_cast<std::size_t>(graph.size()), 0);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& n = graph.node(id);
    if (n.leaf != Leaf::none) reached[static_cast<std::size_t>(id)] = n.extent < 0;
    for (std::size_t i = 0; i < n.inputs.size(); ++i)
      if (reached[static_cast<std::size_t>(n.inputs[i])] && n.op->differentiable(i))
        reached[static_cast<std::size_t>(id)] = 1;
  }
  return reached;
}

}  // namespace plumbline::spec
