// What a bound is made of: the share of each freedom that the claims take.
#pragma once

#include <string>
#include <vector>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

struct BoundTerm {
  std::string what;  // `additions in any order`
  double share = 0;  // of the bound: by how much it shrinks without this freedom
};

// The terms of the bound of one element, the largest first. Freedoms interact, so shares need not add up to 1.
std::vector<BoundTerm> bound_terms(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                                   spec::Index element, const spec::Claims& claims);

}  // namespace plumbline::crosscheck
