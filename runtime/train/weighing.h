// Weighing: the loss over a data set out of the losses of its batches: Σ share · loss / Σ count.
#pragma once

#include <optional>

#include "runtime/core/any_tensor.h"
#include "spec/graph/graph.h"

namespace plumbline::runtime::train {

using spec::Index;

// A mean over the examples has its batches weighed by their examples, one over labels by those that count; of sums over
// the batch the mean for each example is Σ loss / Σ examples.
struct Weighing {
  bool summed = false;
  std::optional<Index> ignored = {};  // the label that does not count

  struct Weight {
    double share = 0, count = 0;
  };
  // Of a batch of n examples. A count of 0: no label counts, and the loss is 0 / 0.
  Weight of(const AnyTensor& target, Index n) const;
};

// Read off the ops: a loss that is a sum or whose op says so, and the mean that reads the labels with an ignore_index.
// Class weights count for nothing here: means over batches are weighed by places.
Weighing weighing_of(const spec::Graph& graph, spec::NodeId loss, spec::NodeId target);

}  // namespace plumbline::runtime::train
