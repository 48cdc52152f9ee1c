// What a GraphSpec's output is compared with: a loss, and the shape of its labels or targets.
#pragma once

#include <string>
#include <vector>

#include "crosscheck/models/dataset.h"
#include "runtime/data/csv.h"
#include "spec/graph/graph.h"

namespace plumbline::crosscheck {

// A loss by its word; null where it does not take class numbers, or targets of the output's shape.
struct SpecLoss {
  std::string_view name;
  spec::Var (*of_labels)(const spec::Var& output, const spec::Var& labels) = nullptr;
  spec::Var (*of_targets)(const spec::Var& output, const spec::Var& targets) = nullptr;
};
std::vector<std::string> spec_losses();

struct SpecTargets {
  const SpecLoss* loss = nullptr;
  bool labels = false;  // class numbers, for the last axis of the output; else numbers of the output's shape
  Feature feature;      // with the batch, if there is one
  spec::Var operator()(const spec::Var& output, const spec::Var& target) const {
    return (labels ? loss->of_labels : loss->of_targets)(output, target);
  }
};

// For made data. `word` empty: mse.
spec::Result<SpecTargets> made_targets(const std::string& word, const spec::Shape& output);

// By the columns of a table behind the first `features` of each row, those of x. `output` has the batch first. `word`
// empty: cross_entropy where the columns are as many integers in [0, classes) as the output has rows of classes; else
// mse. Columns that do not fit are refused.
spec::Result<SpecTargets> targets_of(const runtime::data::Table& table, const std::string& file, spec::Index features,
                                     const std::string& word, const spec::Shape& output);

}  // namespace plumbline::crosscheck
