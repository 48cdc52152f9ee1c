// Building graphs.
#include "spec/graph/graph.h"

#include <algorithm>

namespace plumbline::spec {

Var Graph::input(std::string name, Shape shape) {
  nodes_.push_back({{}, {}, std::move(shape), Leaf::input, -1, std::move(name)});
  return var(size() - 1);
}

Var Graph::index_input(std::string name, Shape shape, Index extent) {
  nodes_.push_back({{}, {}, std::move(shape), Leaf::input, extent, std::move(name)});
  return var(size() - 1);
}

Var Graph::param(std::string name, Shape shape) {
  nodes_.push_back({{}, {}, std::move(shape), Leaf::param, -1, std::move(name)});
  return var(size() - 1);
}

Result<NodeId> Graph::try_apply(Op op, std::vector<NodeId> inputs) {
  for (NodeId id : inputs)
    if (id < 0 || id >= size()) return fail("[", op.name(), "] input ", id, " is no node of this graph");
  const Shapes shapes = shapes_of(inputs);
  auto shape = op->shape(shapes);
  if (!shape) return tl::unexpected(shape.error());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Index wanted = op->index_extent(i, shapes), given = node(inputs[i]).extent;
    if (wanted >= 0 && given < 0)
      return fail("[", op.name(), "] input ", i, " must be an index leaf [", op.name(), " C0]");
    if (wanted < 0 && given >= 0)
      return fail("[", op.name(), "] input ", i, " must be real, not an index leaf [", op.name(), " C0]");
    if (wanted >= 0 && given > wanted)
      return fail("[", op.name(), "] index extent exceeds the axis: ", given, " vs ", wanted, " [", op.name(), " C0]");
  }
  nodes_.push_back({std::move(op), std::move(inputs), std::move(*shape), Leaf::none, -1, {}});
  return size() - 1;
}

Var Graph::apply(Op op, const std::vector<Var>& inputs) {
  std::vector<NodeId> ids;
  ids.reserve(inputs.size());
  for (const Var& v : inputs) {
    check(&v.graph() == this, "the operands belong to one graph");
    ids.push_back(v.id());
  }
  return var(value_or_throw(try_apply(std::move(op), std::move(ids))));
}

std::vector<NodeId> Graph::leaves() const {
  std::vector<NodeId> out;
  for (NodeId id = 0; id < size(); ++id)
    if (node(id).leaf != Leaf::none) out.push_back(id);
  return out;
}

Shapes Graph::shapes_of(const std::vector<NodeId>& ids) const {
  Shapes shapes;
  shapes.reserve(ids.size());
  for (NodeId id : ids) shapes.push_back(node(id).shape);
  return shapes;
}

std::string print(const Op& op) {
  std::string text(op.name());
  for (const Attribute& a : op->attributes()) text += concat(' ', a.name, '=', a.value);
  return text;
}

Result<void> check_method(const Op& op, std::string_view method) {
  const std::vector<std::string_view> known = op->methods();
  if (method.empty() || method == "textbook" || std::find(known.begin(), known.end(), method) != known.end()) return {};
  std::string names;
  for (std::string_view m : known) names += concat(names.empty() ? "" : ", ", m);
  return fail("[", op.name(), "] unknown method ", method, "; it has ", names.empty() ? "only the textbook" : names);
}

}  // namespace plumbline::spec
