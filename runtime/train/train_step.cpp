// Appending the gradients, binding the parameters, stepping.
#include "runtime/train/train_step.h"

#include <algorithm>

#include "spec/ops/shape/full.h"

namespace plumbline::runtime {

Result<TrainStep> TrainStep::create(spec::Graph graph, NodeId loss, const spec::Optimiser& optimiser,
                                    const KernelTable& kernels, PlanOptions options) {
  if (loss < 0 || loss >= graph.size()) return spec::fail("node ", loss, " is no node of this graph");
  std::vector<NodeId> parameters, gradients;
  std::vector<Index> sizes;
  for (NodeId id : graph.leaves())
    if (graph.node(id).leaf == spec::Leaf::param)
      parameters.push_back(id), sizes.push_back(graph.node(id).shape.size());
  const spec::Var seed = graph.apply(spec::make_op(spec::Full{graph.node(loss).shape.dims(), 1.0}), {});
  const auto cotangents = spec::append_grad(graph, loss, seed, parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (cotangents[i].id() < 0)
      return spec::fail("the loss does not depend on parameter ", graph.node(parameters[i]).name);
    gradients.push_back(cotangents[i].id());
  }
  options.wanted.insert(options.wanted.end(), gradients.begin(), gradients.end());
  options.wanted.push_back(loss);
  auto program = compile(graph, kernels, options);
  if (!program) return tl::unexpected(program.error());
  std::vector<Shape> shapes;
  for (NodeId id : parameters) shapes.push_back(graph.node(id).shape);
  auto state = OptimiserState::create(optimiser, shapes);
  if (!state) return tl::unexpected(state.error());

  TrainStep step(std::move(*program), std::move(*state));
  step.loss_ = loss, step.parameters_ = parameters, step.gradients_ = gradients, step.sizes_ = sizes;
  Index total = 0;
  for (Index n : sizes) total += n;
  step.memory_ = Buffer(static_cast<std::size_t>(total) * sizeof(float));
  std::fill_n(step.memory_.f32(), total, 0.0f);
  float* at = step.memory_.f32();
  for (std::size_t i = 0; i < sizes.size(); at += sizes[i++]) {
    step.values_.push_back(at);
    if (auto ok = step.program_.bind(parameters[i], static_cast<const float*>(at)); !ok)
      return tl::unexpected(ok.error());
    step.gradient_values_.push_back(step.program_.value(gradients[i]).data());
  }
  return step;
}

Result<void> TrainStep::step() {
  if (auto ok = program_.run(); !ok) return ok;
  optimiser_.step(program_.workers(), values_, gradient_values_);
  return {};
}

}  // namespace plumbline::runtime
