// Cases made from cases.
#include "crosscheck/sample/edit.h"

#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Leaf;
using spec::NodeId;

namespace {

// The nodes that `output` needs, when the nodes of `values` are leaves.
std::vector<char> needed(const spec::Graph& graph, NodeId output, const std::map<NodeId, Values>& values) {
  std::vector<char> keep(static_cast<std::size_t>(graph.size()), 0);
  keep[static_cast<std::size_t>(output)] = 1;
  for (NodeId id = output; id >= 0; --id)
    if (keep[static_cast<std::size_t>(id)] && !values.count(id))
      for (NodeId i : graph.node(id).inputs) keep[static_cast<std::size_t>(i)] = 1;
  return keep;
}

class Copy {
 public:
  Copy(const Case& from, const Edit& edit)
      : from_(from), edit_(edit), moved_(static_cast<std::size_t>(from.graph.size()), -1) {}

  std::optional<Case> make() {
    const NodeId output = edit_.output < 0 ? from_.output() : edit_.output;
    const std::vector<char> keep = needed(from_.graph, output, edit_.values);
    std::size_t leaf = 0;
    for (NodeId id = 0; id <= output; ++id) {
      const bool is_leaf = from_.graph.node(id).leaf != Leaf::none;
      const std::size_t data = is_leaf ? leaf++ : 0;
      if (!keep[static_cast<std::size_t>(id)]) continue;
      if (is_leaf || edit_.values.count(id))
        copy_leaf(id, data);
      else if (!copy_op(id))
        return std::nullopt;
    }
    to_.graph.output(to_.graph.var(moved_[static_cast<std::size_t>(output)]));
    if (!spec::check_data(to_.graph, to_.data)) return std::nullopt;
    to_.seed = from_.seed, to_.number = from_.number;
    copy_cotangent();
    return std::move(to_);
  }

 private:
  void copy_leaf(NodeId id, std::size_t data) {
    const spec::Node& node = from_.graph.node(id);
    const auto other = edit_.values.find(id);
    const Values& x = other == edit_.values.end() ? from_.data[data] : other->second;
    const auto extent = edit_.extents.find(id);
    const std::string name = node.leaf == Leaf::none ? from_.graph.unused(spec::concat('v', id)) : node.name;
    const spec::Var v =
        node.extent >= 0
            ? to_.graph.index_input(name, x.shape(), extent == edit_.extents.end() ? node.extent : extent->second)
        : node.leaf == Leaf::param ? to_.graph.param(name, x.shape())
                                   : to_.graph.input(name, x.shape());
    moved_[static_cast<std::size_t>(id)] = v.id();
    to_.data.push_back(x);
  }

  bool copy_op(NodeId id) {
    const spec::Node& node = from_.graph.node(id);
    std::vector<NodeId> inputs;
    for (NodeId i : node.inputs) inputs.push_back(moved_[static_cast<std::size_t>(i)]);
    const std::optional<spec::Op> op = edit_.op ? edit_.op(node.op) : node.op;
    if (!op) return false;
    const auto copied = to_.graph.try_apply(*op, std::move(inputs));
    if (!copied) return false;
    moved_[static_cast<std::size_t>(id)] = *copied;
    return true;
  }

  void copy_cotangent() {
    const Values& old = from_.cotangent;
    if (old.shape() != from_.graph.node(from_.output()).shape) return;
    const spec::Shape& shape = to_.graph.node(to_.output()).shape;
    if (shape == old.shape())
      to_.cotangent = old;
    else
      to_.cotangent = Values::generate(shape, [&](Index i) { return old.size() == 0 ? 1.0 : old[i % old.size()]; });
  }

  const Case& from_;
  const Edit& edit_;
  Case to_;
  std::vector<NodeId> moved_;
};

}  // namespace

std::optional<Case> edited(const Case& c, const Edit& edit) { return Copy(c, edit).make(); }

}  // namespace plumbline::crosscheck
