// Exactly equal winners: a kernel that claims Ties::any may take another of them than the one that is documented.
#pragma once

#include <optional>
#include <vector>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

// Marks the elements of a node that another choice among equals explains as passed, exactly; whether there are any. The
// node's inputs must be leaves: elsewhere nothing is known to be equal.
bool pass_other_ties(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node, const Values& got,
                     std::vector<std::optional<spec::Judged>>& fixed);

}  // namespace plumbline::crosscheck
