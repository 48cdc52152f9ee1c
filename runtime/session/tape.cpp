// Pulling cotangents back, node by node.
#include "runtime/session/tape.h"

#include "runtime/core/plan.h"
#include "spec/lang/check.h"
#include "spec/ops/arithmetic/add.h"

namespace plumbline::runtime {

// Whether a node depends on a real leaf through differentiable inputs: others get no cotangent.
template <class T>
std::vector<char> Tape<T>::receiving() const {
  const spec::Graph& graph = recorded_.graph();
  std::vector<char> out(static_cast<std::size_t>(graph.size()), 0);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const spec::Node& n = graph.node(id);
    if (n.leaf != spec::Leaf::none) out[static_cast<std::size_t>(id)] = n.extent < 0;
    for (std::size_t i = 0; i < n.inputs.size(); ++i)
      if (out[static_cast<std::size_t>(n.inputs[i])] && n.op->differentiable(i)) out[static_cast<std::size_t>(id)] = 1;
  }
  return out;
}

// A node's value in the tape's own session; once. Exchanged axes are exchanged again: kernels look through them, and
// read the matrix before in another order of summation than a copy of what comes out.
template <class T>
Var Tape<T>::value(NodeId node) {
  const spec::Node& n = recorded_.graph().node(node);
  if (before_exchange(recorded_.graph(), node) < 0) return copied(node);
  if (const auto at = exchanged_.find(node); at != exchanged_.end()) return at->second;
  return exchanged_.emplace(node, own_.apply(n.op, {copied(n.inputs[0])})).first->second;
}

// The same as a leaf.
template <class T>
Var Tape<T>::copied(NodeId node) {
  if (const auto at = copies_.find(node); at != copies_.end()) return at->second;
  const spec::Node& n = recorded_.graph().node(node);
  const std::string name = spec::concat('n', node);
  const Var copy = n.extent >= 0 ? own_.input(name, n.shape, n.extent, naturals_[node])
                                 : own_.input(name, n.shape, recorded_.value<T>(recorded_.graph().var(node)));
  return copies_.emplace(node, copy).first->second;
}

template <class T>
void Tape<T>::pull(NodeId node) {
  const spec::Node& n = recorded_.graph().node(node);
  std::vector<Var> in;
  for (const NodeId i : n.inputs) in.push_back(value(i));
  const std::vector<Var> parts = n.op->vjp(in, value(node), *cotangent_[static_cast<std::size_t>(node)]);
  std::size_t part = 0;
  for (std::size_t i = 0; i < n.inputs.size(); ++i) {
    if (!n.op->differentiable(i)) continue;
    check(part < parts.size(), "a vjp returns one cotangent for each differentiable input");
    const Var mine = parts[part++];
    const auto from = static_cast<std::size_t>(n.inputs[i]);
    if (!receives_[from]) continue;
    auto& sum = cotangent_[from];
    sum = sum ? own_.apply(spec::Add{}, {*sum, mine}) : mine;
  }
}

template <class T>
std::vector<std::optional<spec::Tensor<T>>> Tape<T>::backward(NodeId output, const spec::Tensor<T>& seed) {
  receives_ = receiving();
  cotangent_.assign(receives_.size(), std::nullopt);
  cotangent_[static_cast<std::size_t>(output)] = own_.input("seed", seed.shape(), seed.elements());
  for (NodeId id = output; id >= 0; --id)
    if (cotangent_[static_cast<std::size_t>(id)] && receives_[static_cast<std::size_t>(id)] &&
        recorded_.graph().node(id).leaf == spec::Leaf::none)
      pull(id);
  std::vector<std::optional<spec::Tensor<T>>> out;
  for (const auto& ct : cotangent_) {
    out.emplace_back();
    if (!ct) continue;
    const auto data = own_.value<T>(*ct);
    out.back() = spec::Tensor<T>(ct->shape(), {data.begin(), data.end()});
  }
  return out;
}

template class Tape<float>;
template class Tape<double>;

}  // namespace plumbline::runtime
