// Training a GraphSpec from a file, and auditing every node of every audited step, as for a model by name.
#pragma once

#include <ostream>
#include <string_view>

#include "crosscheck/models/model.h"
#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::crosscheck {

// Whether a file's text begins as a GraphSpec does, in text form or as JSON.
bool looks_like_graphspec(std::string_view text);

// Initial values from options.params, or by occurrence; then options.steps (3) steps of options.optimiser (sgd) on the
// loss of the first output, plus the mean squares of any other outputs; batch statistics and dropout as in training. x
// and labels or targets are rows of options.data, or made from the seed. Each initial value that was drawn, and every
// node of each of up to 10 steps with its gradients and the optimiser's, is judged; of more steps the first, the last
// and every 100th. A spec without parameters that learn, or of several inputs, is run forwards and backwards once;
// options without an effect are refused. options.model names the file.
spec::Result<Report> audit_graphspec(const spec::GraphSpec& spec, const ModelOptions& options,
                                     const ModelSubjects& subjects, std::ostream& table);

}  // namespace plumbline::crosscheck
