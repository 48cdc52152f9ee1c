// Shrinking: a smaller and simpler case on which the same law finds the same class of verdict.
#pragma once

#include "crosscheck/laws/law.h"

namespace plumbline::crosscheck {

struct Shrunk {
  Case c;
  Outcome outcome;
  const Law* law = nullptr;  // end_to_end may become forward on the guilty node alone
  int checks = 0;            // how often a candidate was checked
};

struct ShrinkLimits {
  int checks = 300;
  double seconds = 10;
};

// Cuts a graph to its guilty part, makes extents smaller, then makes numbers simpler: zeros, ones, short significands.
// Each step is kept only if the law, run again, gives the same verdict. The catalogue makes ops with other attributes.
Shrunk shrink(const Case& c, const Outcome& outcome, const Law& law, const Laws& laws, const spec::Catalogue& catalogue,
              Subject& subject, const JudgeOptions& options, const ShrinkLimits& limits = {});

// The number of elements of the data and how many bits they need: what shrinking makes smaller.
struct Complexity {
  spec::Index nodes = 0, elements = 0, bits = 0;
  auto operator<=>(const Complexity&) const = default;
};
Complexity complexity(const Case& c);

}  // namespace plumbline::crosscheck
