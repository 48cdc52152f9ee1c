// Forward mode as a transform of graphs: dy = Σ J_i dx_i for each node, J_i the transpose of the node's vjp.
#include "spec/graph/derivative.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

namespace {

// The tangent of a node from those of its inputs, where any of them moves it.
Var push(Graph& graph, NodeId id, const std::vector<Var>& tangent) {
  const Op op = graph.node(id).op;
  const std::vector<NodeId> ids = graph.node(id).inputs;
  bool moves = false;
  for (std::size_t i = 0; i < ids.size(); ++i)
    moves = moves || (tangent[static_cast<std::size_t>(ids[i])].id() >= 0 && op->differentiable(i));
  if (!moves) return {};
  std::vector<Var> in;
  for (NodeId i : ids) in.push_back(graph.var(i));
  const Var y = graph.var(id), ct = graph.apply(make_op(Full{y.shape().dims(), 0}), {});
  const std::vector<Var> parts = op->vjp(in, y, ct);
  std::vector<NodeId> pulled;
  std::vector<Var> seeds;
  std::size_t part = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!op->differentiable(i)) continue;
    check(part < parts.size(), "a vjp returns one cotangent for each differentiable input");
    const Var mine = parts[part++], dx = tangent[static_cast<std::size_t>(ids[i])];
    if (dx.id() >= 0) pulled.push_back(mine.id()), seeds.push_back(dx);
  }
  const NodeId wrt = ct.id();
  return append_vjp(graph, pulled, seeds, std::span(&wrt, 1), wrt)[0];
}

}  // namespace

std::vector<Var> append_jvp(Graph& graph, std::span<const NodeId> wrt, std::span<const Var> tangents,
                            std::span<const NodeId> outputs) {
  check(wrt.size() == tangents.size(), "each node has a tangent");
  NodeId last = -1;
  for (NodeId id : outputs) last = std::max(last, id);
  std::vector<Var> tangent(static_cast<std::size_t>(last) + 1);
  for (std::size_t k = 0; k < wrt.size(); ++k) {
    check(graph.node(wrt[k]).shape == tangents[k].shape(), "the tangent has the shape of its node");
    if (wrt[k] <= last) tangent[static_cast<std::size_t>(wrt[k])] = tangents[k];
  }
  for (NodeId id = 0; id <= last; ++id)
    if (graph.node(id).leaf == Leaf::none && tangent[static_cast<std::size_t>(id)].id() < 0)
      tangent[static_cast<std::size_t>(id)] = push(graph, id, tangent);
  std::vector<Var> out;
  for (NodeId id : outputs) out.push_back(tangent[static_cast<std::size_t>(id)]);
  return out;
}

}  // namespace plumbline::spec
