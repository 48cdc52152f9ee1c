// Samples made so large that kernels divide their work among threads.
#pragma once

#include <optional>

#include "spec/graph/op.h"
#include "spec/graph/catalogue.h"

namespace plumbline::crosscheck {

// Of output and inputs: more than any kernel's part, and no more than a case should cost.
inline constexpr spec::Index least_large_elements = 70'000, most_large_elements = 600'000;

// The same op with longer axes: those of one extent, which inputs may share, or all of them in proportion. nullopt
// where the op's attributes fix its extents.
std::optional<spec::OpSample> enlarged(const spec::OpSample& sample, bool all_axes);

}  // namespace plumbline::crosscheck
