// The vacuity guard: would a kernel that does nothing have passed this case?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crosscheck/judge/reading.h"

namespace plumbline::crosscheck {

// The reason, if zeros, any constant, a copy of an input or the same rotated by one would have been accepted too,
// although the op does not always give that: `zeros would pass`. With a finite λ the second tier is asked too.
std::optional<std::string> vacuous(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                                   const Filtered& expected, const Values& got, const ClaimsOf& claims_of,
                                   double lambda);

// The attributes of the graph's one op that these data say nothing about: other values of them, which on other data
// make a difference, would have passed: `eps=0 instead of 1e-05`. At most one value of each.
std::vector<std::string> untold_attributes(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                                           const spec::Claims& claims);

}  // namespace plumbline::crosscheck
