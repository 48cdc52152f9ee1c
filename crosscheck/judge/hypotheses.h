// What else a tensor could be: the values that common mistakes would give, each with its sentence.
#pragma once

#include <functional>
#include <string>

#include "crosscheck/judge/cause.h"

namespace plumbline::crosscheck {

// Called with the values of one mistake and what it is, e.g. `operands rounded to tf32`.
using Hypothesis = std::function<void(const Values& values, const std::string& sentence)>;

// Rearranged or scaled exact values: negated, transposed, shifted, scaled by a constant, offset.
void suppose_rearranged(const Suspicion& s, const Hypothesis& suppose);
// The op on changed data: operands in fewer bits, truncated or flushed; slices missing; inputs swapped.
void suppose_changed_data(const Suspicion& s, const Hypothesis& suppose);
// Another op of the same name: each attribute in turn with another value that gives the same shape.
void suppose_changed_attributes(const Suspicion& s, const Hypothesis& suppose);

}  // namespace plumbline::crosscheck
