// Building graphs.
#include "spec/graph/graph.h"

#include <algorithm>
#include <cctype>
#include <typeinfo>

#include "spec/lang/check.h"

namespace plumbline::spec {

namespace {

bool is_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; });
}

// The op of one of the last nodes if it is the very same: a long chain holds few. Equal zeros may differ in sign.
Op shared(const std::deque<Node>& nodes, Op op) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(nodes.size(), 8); ++back)
    if (const Op& other = nodes[nodes.size() - back].op;
        other && typeid(*other) == typeid(*op) && other == op && other->attributes() == op->attributes())
      return other;
  return op;
}

}  // namespace

void Graph::take_name(const std::string& name, NodeId id) {
  if (name.empty()) return;
  if (!is_word(name))
    throw Error(concat("[graph] found the name ", name.substr(0, 60), ", expected letters, digits, _ and ."));
  if (!names_.emplace(name, id).second) throw Error(concat("[graph] the name ", name, " is taken"));
}

Var Graph::add_leaf(Leaf leaf, std::string name, Shape shape, Index extent) {
  if (!shape.valid()) throw Error(concat("[graph] leaf ", name.substr(0, 60), ": shape ", shape, " is not valid"));
  take_name(name, size());
  nodes_.push_back({{}, {}, std::move(shape), leaf, extent, std::move(name)});
  return var(size() - 1);
}

Var Graph::input(std::string name, Shape shape) {
  return add_leaf(Leaf::input, std::move(name), std::move(shape), -1);
}

Var Graph::index_input(std::string name, Shape shape, Index extent) {
  if (extent < 0) throw Error(concat("[graph] leaf ", name.substr(0, 60), ": extent is negative: ", extent));
  return add_leaf(Leaf::input, std::move(name), std::move(shape), extent);
}

Var Graph::param(std::string name, Shape shape) {
  return add_leaf(Leaf::param, std::move(name), std::move(shape), -1);
}

void Graph::output(Var v) {
  if (!v.in(*this)) throw Error(concat("[graph] output ", outputs_.size(), " is no node of this graph"));
  outputs_.push_back(v.id());
}

void Graph::rename(NodeId id, std::string name) {
  check(id >= 0 && id < size(), "what is renamed is a node of the graph");
  std::string& now = nodes_[static_cast<std::size_t>(id)].name;
  if (now == name) return;
  take_name(name, id);
  names_.erase(now);
  now = std::move(name);
}

std::optional<NodeId> Graph::find(std::string_view name) const {
  const auto at = names_.find(name);
  return at == names_.end() ? std::nullopt : std::optional(at->second);
}

std::string Graph::unused(std::string name) const {
  std::string free = name;
  for (Index i = 1; names_.contains(free); ++i) free = concat(name, '.', i);
  return free;
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
  nodes_.push_back({shared(nodes_, std::move(op)), std::move(inputs), std::move(*shape), Leaf::none, -1, {}});
  return size() - 1;
}

Var Graph::apply(Op op, const std::vector<Var>& inputs) {
  std::vector<NodeId> ids;
  ids.reserve(inputs.size());
  for (const Var& v : inputs) {
    if (!v.in(*this)) throw Error(concat("[", op.name(), "] input ", ids.size(), " is no node of this graph"));
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
