// The vacuity guard: would a kernel that does nothing have passed this case?
#pragma once

#include <optional>
#include <string>

#include "crosscheck/judge/reading.h"

namespace plumbline::crosscheck {

// The reason, if zeros, any constant, a copy of an input or the same rotated by one would have been accepted too,
// although the op does not always give that: `zeros would pass`.
std::optional<std::string> vacuous(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                                   const Filtered& expected, const Values& got, const ClaimsOf& claims_of);

}  // namespace plumbline::crosscheck
