// Graph: nodes {op, inputs, shape} in topological order; the common language of spec, runtime and crosscheck.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/graph/catalogue.h"
#include "spec/graph/op.h"

namespace plumbline::spec {

using NodeId = std::int32_t;

enum class Leaf : std::uint8_t { none, input, param };  // none: an op's node

struct Node {
  Op op;                       // empty for a leaf
  std::vector<NodeId> inputs;  // all smaller than the node's own id
  Shape shape;
  Leaf leaf = Leaf::none;
  Index extent = -1;           // of an index leaf: its integers lie in [0, extent); −1: real numbers
  std::string name;            // of a leaf; optional for an op's node
  bool operator==(const Node&) const = default;
};

class Graph;

// A node of a graph that is being built. Ops applied to Vars append nodes; errors are thrown as spec::Error. It points
// to the graph: once that has been moved, assigned to or destroyed it is of no use, and `graph.var(id)` makes another.
class Var {
 public:
  Var() = default;
  Var(Graph* graph, NodeId id) : graph_(graph), id_(id) {}
  const Shape& shape() const;
  Graph& graph() const { return *graph_; }
  NodeId id() const { return id_; }
  bool in(const Graph& graph) const;  // whether it is a node of this very graph

 private:
  Graph* graph_ = nullptr;
  NodeId id_ = -1;
};

// Names are unique: letters, digits, `_` and `.`, or empty. A name that is taken or has other characters, a shape that
// is not valid, a negative extent, a Var of another graph are thrown as spec::Error and leave the graph as it was.
class Graph {
 public:
  Var input(std::string name, Shape shape);
  Var index_input(std::string name, Shape shape, Index extent);
  Var param(std::string name, Shape shape);
  Result<NodeId> try_apply(Op op, std::vector<NodeId> inputs);
  Var apply(Op op, const std::vector<Var>& inputs);  // throws spec::Error
  void output(Var v);
  void rename(NodeId id, std::string name);
  Var var(NodeId id) { return Var(this, id); }
  std::optional<NodeId> find(std::string_view name) const;
  std::string unused(std::string name) const;  // `name`, or the first of name.1, name.2, … that no node has

  const Node& node(NodeId id) const { return nodes_[static_cast<std::size_t>(id)]; }
  NodeId size() const { return static_cast<NodeId>(nodes_.size()); }
  const std::deque<Node>& nodes() const { return nodes_; }
  const std::vector<NodeId>& outputs() const { return outputs_; }
  std::vector<NodeId> leaves() const;  // inputs and params, in order
  Shapes shapes_of(const std::vector<NodeId>& ids) const;
  bool operator==(const Graph&) const = default;

 private:
  Var add_leaf(Leaf leaf, std::string name, Shape shape, Index extent);
  void take_name(const std::string& name, NodeId id);

  std::deque<Node> nodes_;  // a Var's shape stays where it is while nodes are appended
  std::vector<NodeId> outputs_;
  std::map<std::string, NodeId, std::less<>> names_;
};

inline const Shape& Var::shape() const { return graph_->node(id_).shape; }
inline bool Var::in(const Graph& graph) const { return graph_ == &graph && id_ >= 0 && id_ < graph.size(); }

// Records an op; the same spelling computes when T is a Tensor (spec/ops/apply.h).
template <class O>
Var call(const O& op, const std::vector<Var>& in) {
  return in.front().graph().apply(make_op(op), in);
}

template <class O>
Var constant(const O& op, const Var& like) {
  return like.graph().apply(make_op(op), {});
}

// The line-based text form. What `print` writes, `parse` reads back to the identical graph.
//   plumbline.graph/1
//   x = input [2, 3]
//   i = index [4] extent=10
//   w = param [5, 3]
//   %3 = linear(x, w)
//   %4 = softmax(%3) axis=-1
//   output %4
std::string print(const Graph& graph);
Result<Graph> parse_graph(std::string_view text, const Catalogue& catalogue, std::string_view file = "graph");

// Appends the reverse-mode derivative of Σ seeds·outputs: returns, for each node of `wrt`, its cotangent (a Var whose
// id is −1 where no path leads to it). `seed` has the shape of `output`.
std::vector<Var> append_grad(Graph& graph, NodeId output, Var seed, std::span<const NodeId> wrt);

}  // namespace plumbline::spec
