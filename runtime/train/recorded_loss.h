// loss(model(params, x), target) as one graph with its plan and running state.
#pragma once

#include "runtime/loss/loss.h"
#include "runtime/nn/sequential.h"

namespace plumbline::runtime::train {

using loss::Loss;
using nn::InputType;
using nn::RecordOptions;
using spec::Index;
using spec::NodeId;
using spec::Result;
using spec::Shape;
using spec::Var;

struct RecordedLoss {
  nn::Recording recording;
  NodeId input = -1, target = -1, output = -1, loss = -1;
  std::vector<NodeId> parameters;  // in the order of the plan

  const spec::Graph& graph() const { return recording.graph; }
  const Shape& output_shape() const { return recording.graph.node(output).shape; }
};

// Errors: what the model or the loss refuses, with the layer; a loss that is not one number.
Result<RecordedLoss> record_loss(const nn::Layer& model, const Loss& loss, const InputType& input,
                                 const InputType& target, const RecordOptions& options = {});

// The model alone, on the same terms: neither target nor loss.
Result<RecordedLoss> record_output(const nn::Layer& model, const InputType& input, const RecordOptions& options = {});

}  // namespace plumbline::runtime::train
