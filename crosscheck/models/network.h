// The models by name: what they are made of, how they start and how they learn.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/graph/graph.h"
#include "spec/lang/optimiser.h"
#include "spec/layers/init_plan.h"

namespace plumbline::crosscheck {

// A multi-layer perceptron for labelled rows: widths from the features to the classes, relu between the layers, cross
// entropy of class indices. Hidden weights start kaiming_uniform, the last ones xavier_uniform, biases at zero.
struct Network {
  std::string_view name, data;
  std::vector<spec::Index> widths;
  double scale;  // of the data: a power of two, so that nothing is rounded
  spec::Optimiser optimiser;
  double least_accuracy;  // on the held-out rows, after the default steps on its own data

  spec::Index features() const { return widths.front(); }
  spec::Index classes() const { return widths.back(); }
};
const std::vector<Network>& networks();

// A graph that can be trained: leaves `x` and `labels`, params named as in the plan, and the reverse mode of the loss.
struct TrainGraph {
  spec::Graph graph;
  spec::NodeId x = -1, labels = -1, logits = -1, loss = -1;
  std::vector<spec::NodeId> params, gradients;
};
// Only up to the loss.
TrainGraph forward_graph(const Network& network, spec::Index batch);
// Appends the gradients of the loss with respect to the params, with a seed of ones.
void append_gradients(TrainGraph& g);

spec::InitPlan init_plan(const Network& network, std::uint64_t seed);

}  // namespace plumbline::crosscheck
