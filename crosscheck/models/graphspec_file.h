// Training a GraphSpec from a file, and auditing every node of every audited step, as for a model by name.
#pragma once

#include <ostream>
#include <string_view>

#include "crosscheck/models/model.h"
#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::crosscheck {

// Whether a file's text begins as a GraphSpec does, in text form or as JSON.
bool looks_like_graphspec(std::string_view text);

// Initial values by occurrence, then options.spec_steps steps of sgd on the mean square error between the first output
// and targets made, with the inputs, from the seed, plus the mean squares of any other outputs; batch statistics and
// dropout as in training. Each initial value, and every node of each step with its gradients and the optimiser's, is
// judged. A spec without parameters that learn, or of several inputs, is run forwards and backwards once. options.model
// names the file.
spec::Result<Report> audit_graphspec(const spec::GraphSpec& spec, const ModelOptions& options,
                                     const ModelSubjects& subjects, std::ostream& table);

}  // namespace plumbline::crosscheck
