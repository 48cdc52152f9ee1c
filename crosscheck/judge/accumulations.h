// Which outputs are sums of products of their own: their roundings belong to different accumulations [tier B8].
#pragma once

#include <optional>
#include <vector>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

// The class of an output of too few terms to have one.
inline constexpr spec::Index no_class = -1;

// The class of each output element, where every product of two inputs (or input that is merely added up) enters one
// output only, no constant or elementary function takes part, and the inputs are ordinary, distinct numbers that
// operands hold exactly; outputs of the same terms share a class. nullopt where any of that fails, or takes too much
// work to see.
std::optional<std::vector<spec::Index>> accumulation_classes(const spec::Graph& graph, const std::vector<Values>& data,
                                                             spec::NodeId node, const ClaimsOf& claims_of);

}  // namespace plumbline::crosscheck
