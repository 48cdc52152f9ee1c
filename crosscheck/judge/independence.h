// Which elements of a tensor may share a rounding: the classes of elements that reach one another through the inputs.
#pragma once

#include <optional>
#include <vector>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

// For each element of a node the number of its class, from 0. Two elements are in one class if they depend on a common
// real input element, directly or through others, or if their classes were computed from the same significands, so
// that they round alike. Indices and masks choose, and do not count. nullopt where that is too much to trace.
std::optional<std::vector<spec::Index>> dependence_classes(const spec::Graph& graph, const std::vector<Values>& data,
                                                           spec::NodeId node, const ClaimsOf& claims_of);

}  // namespace plumbline::crosscheck
