// Derivatives as transforms of graphs: pullbacks of several nodes at once, and pushforwards by transposing each vjp.
#pragma once

#include "spec/graph/graph.h"

namespace plumbline::spec {

// Appends the pullback of Σ ⟨seeds_k, outputs_k⟩: for each node of `wrt` its cotangent, a Var whose id is −1 where no
// path leads to it. A seed has the shape of its output; an output may appear twice. Nodes below `first` are constants.
std::vector<Var> append_vjp(Graph& graph, std::span<const NodeId> outputs, std::span<const Var> seeds,
                            std::span<const NodeId> wrt, NodeId first = 0);

// Appends the pushforward of `tangents`, one for each node of `wrt` and of its shape: for each of `outputs` its
// tangent J dx, id −1 where it does not move. A vjp is linear in its cotangent, ct ↦ Jᵀ ct, so that its own pullback
// with respect to ct is J. O(nodes) where each op's vjp is O(1) nodes.
std::vector<Var> append_jvp(Graph& graph, std::span<const NodeId> wrt, std::span<const Var> tangents,
                            std::span<const NodeId> outputs);

}  // namespace plumbline::spec
