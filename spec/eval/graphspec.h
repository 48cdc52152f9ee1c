// The meaning of a GraphSpec over a number type: an environment from names to tensors, binding by binding.
#pragma once

#include "spec/eval/interpret.h"
#include "spec/graph/graphspec/compile.h"

namespace plumbline::spec {

// What one binding computes, alone: its inputs, then its parameters, are the leaves; its value is the output.
struct BindingGraph {
  Graph graph;
  std::vector<NodeId> next_states;  // in training
};
// Dropout in training reads its count of steps from a last leaf.
Result<BindingGraph> graph_of(const GraphSpec& spec, TermId binding, const SpecOptions& options = {});

// Denotational: ⟦let b = p(a…)⟧ extends the environment by ⟦p⟧(⟦a⟧…), where ⟦p⟧ is the textbook of each of its ops. It
// shares no walk over the spec with `compile`, which the law `graphspec` holds it against. `parameters` are those of
// spec.parameters(), in order; the outputs come back in order. `step`: what dropout counts from.
template <class N>
Result<Tensors<N>> interpret(const GraphSpec& spec, const Tensors<N>& inputs, const Tensors<N>& parameters,
                             const SpecOptions& options = {}, Index step = 0) {
  const std::vector<PlacedParameter> places = spec.parameters();
  if (inputs.size() != spec.inputs().size() || parameters.size() != places.size())
    return fail("[graphspec] found ", inputs.size(), " inputs and ", parameters.size(), " parameters, expected ",
                spec.inputs().size(), " and ", places.size());
  Tensors<N> environment = inputs;
  for (auto id = static_cast<TermId>(inputs.size()); id < spec.size(); ++id) {
    const Binding& b = spec.binding(id);
    auto alone = graph_of(spec, id, options);
    if (!alone) return tl::unexpected(alone.error());
    Tensors<N> leaves;
    for (const TermId i : b.inputs) leaves.push_back(environment[static_cast<std::size_t>(i)]);
    for (std::size_t p = 0; p < places.size(); ++p)
      if (places[p].binding == b.shares.value_or(id)) leaves.push_back(parameters[p]);
    if (leaves.size() < alone->graph.leaves().size()) leaves.push_back(Tensor<N>::scalar(N(step)));
    const NodeId value[] = {alone->graph.outputs().front()};
    environment.push_back(interpret<N>(alone->graph, leaves, value)[static_cast<std::size_t>(value[0])]);
  }
  Tensors<N> out;
  for (const TermId id : spec.outputs()) out.push_back(environment[static_cast<std::size_t>(id)]);
  return out;
}

}  // namespace plumbline::spec
