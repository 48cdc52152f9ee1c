// loss(model(params, x), target) as a ScalarModuleDef, with inputs x and target.
#pragma once

#include "runtime/train/recorded_loss.h"
#include "spec/graph/module.h"

namespace plumbline::runtime {

// Parameters begin as the model's plan says: planned, or under the streams of TorchLean as the very numbers drawn.
// Errors: what the model or the loss refuses, with the layer; a loss that is not one number.
Result<spec::ScalarModuleDef> module_of(const nn::Layer& model, const loss::Loss& loss, const nn::InputType& input,
                                        const nn::InputType& target, const nn::RecordOptions& options = {});
Result<spec::ScalarModuleDef> module_of(const train::RecordedLoss& recorded);

}  // namespace plumbline::runtime
