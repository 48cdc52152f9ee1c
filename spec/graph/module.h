// ScalarModuleDef: loss(params, inputs) as a graph, with what the params begin as: one for every number type.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "spec/graph/graph.h"
#include "spec/lang/initialiser.h"

namespace plumbline::spec {

// A leaf that each training step replaces by a node which that very step computed.
struct RunningState {
  std::string name;
  NodeId leaf = -1, next = -1;  // −1: it stays as it is
  double initial = 0;
};

// All of a model's, the index leaf that counts its steps (−1: none does), and the params that no step changes.
struct TrainState {
  std::vector<RunningState> states;
  NodeId step = -1;
  std::vector<NodeId> frozen = {};
};

// What a parameter begins as: exact numbers, or a scheme with the stream that it draws from.
struct PlannedInit {
  Initialiser scheme;
  std::uint64_t stream = 0;
  bool operator==(const PlannedInit&) const = default;
};
using InitialValue = std::variant<Tensor<double>, PlannedInit>;

struct ModuleParameter {
  std::string name;
  Shape shape;
  InitialValue initial = PlannedInit{};  // zeros
  bool requires_grad = true;
};

struct ModuleInput {
  std::string name;
  Shape shape;
  Index extent = -1;  // of indices: they lie below it
};

// `params` and `inputs` are leaves of the graph, a parameter for each of `params`; `loss` is a scalar. Planned values
// draw from (seed, stream). A module that counts its steps, or has running state, has leaves for them in `state`.
struct ScalarModuleDef {
  Graph graph;
  NodeId loss = -1;
  std::vector<NodeId> params, inputs;
  std::vector<ModuleParameter> parameters;
  TrainState state = {};
  std::uint64_t seed = 0;
};

using ScalarLoss = std::function<Var(const std::vector<Var>& params, const std::vector<Var>& inputs)>;

// Records the loss. Errors: what an op refuses, a loss that is no scalar, an initial value that does not fit its shape.
Result<ScalarModuleDef> define_module(std::vector<ModuleParameter> parameters, const std::vector<ModuleInput>& inputs,
                                      const ScalarLoss& loss);
// The rules above; the error names the parameter, or the leaf.
Result<void> check_module(const ScalarModuleDef& def);

// The module's graph extended by the gradients of its loss: for each parameter the node, or −1 where it is zero: it
// does not learn, or the loss does not depend on it.
struct ModuleGradients {
  Graph graph;
  std::vector<NodeId> gradients;
};
ModuleGradients module_gradients(const ScalarModuleDef& def);

// Values by leaf, in the order of graph.leaves(): params, inputs, running states, and the number of steps taken.
template <class V>
std::vector<V> in_leaf_order(const ScalarModuleDef& def, const Graph& graph, const std::vector<V>& params,
                             const std::vector<V>& inputs, const std::vector<V>& states, const V& steps) {
  std::vector<const V*> at(static_cast<std::size_t>(graph.size()), &steps);
  const auto put = [&](NodeId leaf, const V& value) { at[static_cast<std::size_t>(leaf)] = &value; };
  for (std::size_t i = 0; i < params.size(); ++i) put(def.params[i], params[i]);
  for (std::size_t i = 0; i < inputs.size(); ++i) put(def.inputs[i], inputs[i]);
  for (std::size_t i = 0; i < states.size(); ++i) put(def.state.states[i].leaf, states[i]);
  std::vector<V> out;
  for (const NodeId leaf : graph.leaves()) out.push_back(*at[static_cast<std::size_t>(leaf)]);
  return out;
}

}  // namespace plumbline::spec
