// The terms that outputs are sums of: whether their values repeat, so that roundings repeat with them.
#pragma once

#include <optional>
#include <vector>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

// Whether the node only adds up inputs and products of inputs: without division, constants that round, and elementary
// functions small integers give no error at all.
bool sums_of_products(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                      const ClaimsOf& claims_of);

// Of a sum of products: whether fewer than half of the nonzero terms of an output are distinct, for any of some outputs
// that are looked at [tier B9]. nullopt where the node is not such a sum.
std::optional<bool> terms_repeat(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                                 const ClaimsOf& claims_of);

}  // namespace plumbline::crosscheck
