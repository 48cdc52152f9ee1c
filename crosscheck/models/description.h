// A model by name: what it is made of, what it learns from, how it starts and how it learns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/models/dataset.h"
#include "runtime/nn/scope.h"
#include "spec/graph/graph.h"
#include "spec/lang/optimiser.h"
#include "spec/layers/init_plan.h"

namespace plumbline::crosscheck {

// What a model computes: `output` is compared with the labels, `loss` is a scalar.
struct ModelOutput {
  spec::Var output, loss;
};

// How well it does on held-out rows: the share of labels at which the output is largest, or the loss.
enum class Metric : std::uint8_t { accuracy, loss };

struct ModelDescription {
  std::string_view name, summary;
  std::string_view data;  // a shipped table; empty: rows made from the seed
  Feature x, label;
  double scale = 1;       // of a table's numbers: a power of two, so that nothing is rounded
  MakeRow make = nullptr;
  spec::Optimiser optimiser;
  Metric metric = Metric::accuracy;
  double enough = 0;  // at least this accuracy, or at most this loss, after the default steps on its own data
  ModelOutput (*build)(const runtime::nn::Scope&, const spec::Var& x, const spec::Var& labels) = nullptr;
};
const std::vector<ModelDescription>& model_descriptions();
void add_dense_models(std::vector<ModelDescription>& list);     // perceptrons on tables, an autoencoder
void add_image_models(std::vector<ModelDescription>& list);     // convolutions, patches
void add_sequence_models(std::vector<ModelDescription>& list);  // recurrent, state space, language

// The model's own data, or that of a file.
spec::Result<DataSet> data_of(const ModelDescription& model, const std::string& file, std::uint64_t seed);

// A graph that can be trained: leaves `x` and `labels`, params named as in the plan, running state, and the reverse
// mode of the loss.
struct TrainGraph {
  spec::Graph graph;
  spec::InitPlan plan;
  runtime::TrainState state;
  spec::NodeId x = -1, labels = -1, output = -1, loss = -1;
  std::vector<spec::NodeId> params, gradients;
};
// Only up to the loss. `training`: batch statistics and dropout; else the running statistics and none.
TrainGraph forward_graph(const ModelDescription& model, spec::Index batch, std::uint64_t seed, bool training = true);
// Appends the gradients of the loss with respect to the params, with a seed of ones.
void append_gradients(TrainGraph& g);

}  // namespace plumbline::crosscheck
