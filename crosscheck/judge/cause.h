// The likely cause of a wrong tensor, in words: what an implementer would look for first.
#pragma once

#include <string>
#include <vector>

#include "crosscheck/sample/case.h"
#include "spec/lang/claims.h"

namespace plumbline::crosscheck {

// What is known when a result did not pass. All tensors are row-major.
struct Suspicion {
  const spec::Graph& graph;  // the op, or the graph, on its leaves
  const std::vector<Values>& data;
  spec::NodeId node;    // whose value was judged
  const Values& exact;  // of the node: reference_values
  const Values& got;
  const spec::Claims& claims;
};

// The exact values, correctly rounded to binary64; for large tensors those of a binary64 evaluation.
Values reference_values(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node);

// One sentence, or empty where nothing fits. It is a hint and no proof: each hypothesis is an exact statement about the
// whole tensor (equality, a constant factor, a permutation), or an emulation that comes nearer by a factor.
std::string likely_cause(const Suspicion& suspicion);

// Inputs and output together: up to this many elements mistakes are emulated, and up to the smaller number the
// reference is exact. Beyond, only what looks at each element once is tried.
inline constexpr spec::Index most_emulated_elements = 1 << 18, most_exact_elements = 1 << 14;

}  // namespace plumbline::crosscheck
