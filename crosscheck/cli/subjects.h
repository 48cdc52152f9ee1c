// Subjects by name, as `--subject` and replay files have them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crosscheck/subjects/subject.h"

namespace plumbline::crosscheck {

// `cpu`, `cpu-f64`, `cpu-f16`, `cpu-bf16`: our runtime; `mutant:softmax/wrong_axis`: our runtime with a planted bug, to
// see what finding it looks like. Throws UsageError with the nearest names.
std::shared_ptr<Subject> subject_named(const std::string& place, const std::string& name);

// The subjects of these names or globs; our runtime in every format for no name.
std::vector<std::shared_ptr<Subject>> subjects_named(const std::vector<std::string>& names);

}  // namespace plumbline::crosscheck
