// Interpreting a graph in doubles.
#include "crosscheck/judge/in_double.h"

#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::NodeId;

Values in_double(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const ClaimsOf& claims_of) {
  const NodeId wanted[] = {node};
  const auto values = spec::interpret<double>(graph, data, wanted, [&](NodeId id) -> std::string_view {
    const std::string method = claims_of(id).method;
    for (std::string_view known : graph.node(id).op->methods())
      if (known == method) return known;
    return spec::default_method(graph.node(id).op);
  });
  return values[static_cast<std::size_t>(node)];
}

std::vector<std::size_t> real_leaves(const spec::Graph& graph) {
  const std::vector<NodeId> leaves = graph.leaves();
  std::vector<char> real(static_cast<std::size_t>(graph.size()), 0);
  for (const spec::Node& node : graph.nodes())
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      if (graph.node(node.inputs[i]).extent < 0 && (node.op->differentiable(i) || !node.op->differentiable(0)))
        real[static_cast<std::size_t>(node.inputs[i])] = 1;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < leaves.size(); ++i)
    if (real[static_cast<std::size_t>(leaves[i])] != 0) out.push_back(i);
  return out;
}

}  // namespace plumbline::crosscheck
