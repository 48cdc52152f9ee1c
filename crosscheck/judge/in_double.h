// A node in binary64 arithmetic, by the method that each op's claims name: what probes of its structure look at.
#pragma once

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

Values in_double(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                 const ClaimsOf& claims_of);

// Leaves that some op reads as a real variable: no index, mask or condition.
std::vector<std::size_t> real_leaves(const spec::Graph& graph);

}  // namespace plumbline::crosscheck
