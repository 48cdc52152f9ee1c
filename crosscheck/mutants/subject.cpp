// The base subject with one bug planted: graphs that contain the op are run node by node, and its results are spoilt.
#include <algorithm>
#include <cstring>

#include "crosscheck/mutants/mutant.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::Graph;
using spec::NodeId;
using spec::Result;

namespace {

bool same(const Values& a, const Values& b) {
  const auto x = a.elements(), y = b.elements();
  return x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size_bytes()) == 0);
}

class Mutated final : public Subject {
 public:
  Mutated(std::shared_ptr<Subject> base, Mutant mutant, std::shared_ptr<const spec::Catalogue> catalogue)
      : base_(std::move(base)), mutant_(std::move(mutant)), catalogue_(std::move(catalogue)) {}

  std::string name() const override { return base_->name() + " with " + mutant_.name; }
  spec::Format format() const override { return base_->format(); }
  KernelInfo kernel(const Graph& graph, NodeId node) const override { return base_->kernel(graph, node); }
  Result<Values> apply(const spec::Op& op, const std::vector<Values>& in,
                       const std::vector<spec::Index>& extents) override {
    auto result = base_->apply(op, in, extents);
    if (result || !mutant_.unchecked || op.name() != mutant_.op || in.empty()) return result;
    return in.front();
  }

  Result<RunResult> run(const Graph& graph, const std::vector<Values>& data, const std::vector<NodeId>& wanted,
                        const RunOptions& options) override {
    const bool fits = spec::check_data(graph, data).has_value();
    if (mutant_.backward || !contains(graph)) return base_->run(graph, data, wanted, options);
    if (!fits && mutant_.unchecked) return base_->run(graph, fitted(graph, data), wanted, options);
    return fits ? run_nodes(graph, data, wanted, options) : base_->run(graph, data, wanted, options);
  }

  Result<RunResult> backward(const spec::GradGraph& grad, const std::vector<Values>& data,
                             const std::vector<NodeId>& wanted, const RunOptions& options) override {
    const NodeId ct = grad.graph.leaves().back(), output = ct - 1;
    const spec::Node& node = grad.graph.node(output);
    if (!mutant_.backward || node.leaf != spec::Leaf::none || node.op.name() != mutant_.op)
      return run(grad.graph, data, wanted, options);
    auto result = base_->run(grad.graph, data, wanted, options);
    if (result) spoil_cotangents(grad, data, wanted, options, *result);
    return result;
  }

 private:
  bool contains(const Graph& graph) const {
    return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                       [&](const spec::Node& n) { return n.leaf == spec::Leaf::none && n.op.name() == mutant_.op; });
  }

  // Data cut or filled up to the leaves' sizes, indices wrapped into range: what reading out of bounds may come to.
  static std::vector<Values> fitted(const Graph& graph, const std::vector<Values>& data) {
    std::vector<Values> out;
    for (NodeId id : graph.leaves()) {
      const spec::Node& leaf = graph.node(id);
      const Values& x = data[out.size()];
      out.push_back(Values::generate(leaf.shape, [&](spec::Index i) {
        const double v = x.size() > 0 ? x[i % x.size()] : 0;
        return leaf.extent < 0 ? v : std::clamp<double>(v, 0, static_cast<double>(leaf.extent) - 1);
      }));
    }
    return out;
  }

  // The correct kernel of one op; index inputs become index leaves.
  Result<RunResult> run_op(const spec::Op& op, const std::vector<Values>& in, const RunOptions& options) const {
    spec::Shapes shapes;
    for (const Values& x : in) shapes.push_back(x.shape());
    const auto graph = spec::graph_of(op, shapes);
    if (!graph) return tl::unexpected(graph.error());
    return base_->run(*graph, in, {graph->outputs().front()}, options);
  }
  auto correct(const RunOptions& options) const {
    return [this, options](const spec::Op& op, const std::vector<Values>& in) -> std::optional<Values> {
      auto result = run_op(op, in, options);
      if (!result) return std::nullopt;
      return std::move(result->values.front());
    };
  }

  Result<RunResult> run_nodes(const Graph& graph, const std::vector<Values>& data, const std::vector<NodeId>& wanted,
                              const RunOptions& options) const {
    const std::vector<char> needed = spec::needed(graph, wanted);
    std::vector<Values> values(static_cast<std::size_t>(graph.size()));
    RunResult result;
    std::size_t leaf = 0;
    for (NodeId id = 0; id < graph.size(); ++id) {
      const spec::Node& node = graph.node(id);
      Values& value = values[static_cast<std::size_t>(id)];
      if (node.leaf != spec::Leaf::none) {
        value = data[leaf++];
        continue;
      }
      if (!needed[static_cast<std::size_t>(id)]) continue;
      std::vector<Values> in;
      for (NodeId i : node.inputs) in.push_back(values[static_cast<std::size_t>(i)]);
      auto one = run_op(node.op, in, options);
      if (!one) return one;
      const bool here = node.op.name() == mutant_.op;
      value = here ? spoilt(node.op, in, one->values.front(), options) : std::move(one->values.front());
      result.inputs_modified |= one->inputs_modified || (here && mutant_.modifies_inputs);
      result.padding_overwritten |= one->padding_overwritten || (here && mutant_.overwrites_padding);
    }
    for (NodeId id : wanted) result.values.push_back(values[static_cast<std::size_t>(id)]);
    return result;
  }

  Values spoilt(const spec::Op& op, const std::vector<Values>& in, const Values& right,
                const RunOptions& options) const {
    if (!mutant_.kernel) return right;
    return mutant_.kernel(KernelCall{{*catalogue_, op, in, options, correct(options)}, right});
  }

  // The values of the cotangents: of nodes, of ct itself, or zero where no path leads.
  std::vector<Values> cotangents(const spec::GradGraph& grad, const std::vector<Values>& data,
                                 const RunOptions& options) const {
    std::vector<NodeId> ids;
    for (NodeId id : grad.cotangents)
      if (id >= 0 && grad.graph.node(id).leaf == spec::Leaf::none) ids.push_back(id);
    const auto run = base_->run(grad.graph, data, ids, options);
    std::vector<Values> out;
    std::size_t next = 0;
    for (std::size_t k = 0; k < grad.cotangents.size(); ++k) {
      const NodeId id = grad.cotangents[k];
      if (!run || id < 0)
        out.push_back(Values::full(data[grad.leaves[k]].shape(), 0));
      else
        out.push_back(grad.graph.node(id).leaf == spec::Leaf::none ? run->values[next++] : data.back());
    }
    return out;
  }

  void spoil_cotangents(const spec::GradGraph& grad, const std::vector<Values>& data, const std::vector<NodeId>& wanted,
                        const RunOptions& options, RunResult& result) const {
    const NodeId output = grad.graph.leaves().back() - 1;
    const auto forward = base_->run(grad.graph, data, {output}, options);
    if (!forward) return;
    const std::vector<Values> in(data.begin(), data.end() - 1), right = cotangents(grad, data, options);
    const auto again = [&](const std::vector<Values>& other, const Values& ct) {
      std::vector<Values> all = other;
      all.push_back(ct);
      return cotangents(grad, all, options);
    };
    std::vector<Values> wrong = right;
    const BackwardCall call{{*catalogue_, grad.graph.node(output).op, in, options, correct(options)},
                            forward->values.front(),
                            data.back(),
                            grad.leaves,
                            again};
    mutant_.backward(call, wrong);
    for (std::size_t k = 0; k < wrong.size(); ++k) {
      const auto place = std::find(wanted.begin(), wanted.end(), grad.cotangents[k]);
      if (grad.cotangents[k] <= output || place == wanted.end() || same(wrong[k], right[k])) continue;
      if (wrong[k].size() == right[k].size())
        result.values[static_cast<std::size_t>(place - wanted.begin())] = wrong[k].reshaped(right[k].shape());
    }
  }

  const std::shared_ptr<Subject> base_;
  const Mutant mutant_;
  const std::shared_ptr<const spec::Catalogue> catalogue_;
};

}  // namespace

std::unique_ptr<Subject> mutated(std::shared_ptr<Subject> base, const Mutant& mutant,
                                 std::shared_ptr<const spec::Catalogue> catalogue) {
  return std::make_unique<Mutated>(std::move(base), mutant, std::move(catalogue));
}

}  // namespace plumbline::crosscheck
