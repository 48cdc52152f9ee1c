// Whether the statistics of rounding may speak about the sums over some data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

// Why not, if the order of the data is related to their values: few distinct significands, or neighbours that resemble
// each other, so that roundings repeat instead of being independent [tier B3]. Sums of products are asked for their
// terms, which may vary where a factor does not [tier B9].
std::optional<std::string> order_speaks(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                                        const ClaimsOf& claims_of);

}  // namespace plumbline::crosscheck
