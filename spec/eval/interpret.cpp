// What every reading of a graph needs: which nodes, and data that fit.
#include "spec/eval/interpret.h"

#include <cmath>

namespace plumbline::spec {

std::vector<char> needed(const Graph& graph, std::span<const NodeId> wanted) {
  std::vector<char> run(static_cast<std::size_t>(graph.size()), 0);
  for (NodeId id : wanted) run[static_cast<std::size_t>(id)] = 1;
  for (NodeId id = graph.size(); id-- > 0;)
    if (run[static_cast<std::size_t>(id)])
      for (NodeId i : graph.node(id).inputs) run[static_cast<std::size_t>(i)] = 1;
  return run;
}

Result<Graph> graph_of(const Op& op, const Shapes& shapes) {
  Graph graph;
  std::vector<NodeId> inputs;
  const auto fits = op->shape(shapes);
  if (!fits) return tl::unexpected(fits.error());
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const Index extent = op->index_extent(i, shapes);
    const Var x =
        extent >= 0 ? graph.index_input(concat('x', i), shapes[i], extent) : graph.input(concat('x', i), shapes[i]);
    inputs.push_back(x.id());
  }
  const auto y = graph.try_apply(op, std::move(inputs));
  if (!y) return tl::unexpected(y.error());
  graph.output(graph.var(*y));
  return graph;
}

namespace {

// How a leaf is read: by which op, for messages, and the index that all its readers ignore.
struct Readers {
  std::string_view first = "graph";
  std::optional<Index> ignored;
};

Readers readers_of(const Graph& graph, NodeId leaf) {
  Readers out;
  bool any = false;
  for (const Node& node : graph.nodes())
    for (NodeId i : node.inputs) {
      if (i != leaf) continue;
      if (!any) out = {node.op.name(), node.op->ignored_index()};
      if (out.ignored != node.op->ignored_index()) out.ignored.reset();
      any = true;
    }
  return out;
}

// [op C0]: integers below the extent, or the one that is ignored.
Result<void> check_index(const Node& leaf, const std::string& name, const Readers& readers, double x) {
  const std::string_view op = readers.first;
  if (x != std::trunc(x)) return fail("[", op, "] index ", x, " is no integer in input ", name, " [", op, " C0]");
  if (readers.ignored && x == static_cast<double>(*readers.ignored)) return {};
  if (x < 0 || x >= static_cast<double>(leaf.extent))
    return fail("[", op, "] index ", x, " is out of range for input ", name, " with extent ", leaf.extent, " [", op,
                " C0]");
  return {};
}

}  // namespace

Result<void> check_data(const Graph& graph, const Tensors<double>& data) {
  const std::vector<NodeId> leaves = graph.leaves();
  if (leaves.size() != data.size()) return fail("[graph] expects ", leaves.size(), " inputs, got ", data.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const Node& leaf = graph.node(leaves[i]);
    const std::string name = leaf.name.empty() ? concat('%', leaves[i]) : leaf.name;
    if (leaf.shape != data[i].shape())
      return fail("[graph] shape of ", name, " differs: ", leaf.shape, " vs ", data[i].shape());
    if (leaf.extent < 0) continue;
    const Readers readers = readers_of(graph, leaves[i]);
    for (double x : data[i].elements())
      if (auto ok = check_index(leaf, name, readers, x); !ok) return ok;
  }
  return {};
}

}  // namespace plumbline::spec
