// The model, then the loss, on one graph.
#include "runtime/train/recorded_loss.h"

namespace plumbline::runtime::train {

namespace {

Var leaf(spec::Graph& graph, const char* name, const InputType& type) {
  return type.extent < 0 ? graph.input(name, type.shape) : graph.index_input(name, type.shape, type.extent);
}

}  // namespace

Result<RecordedLoss> record_output(const nn::Layer& model, const InputType& input, const RecordOptions& options) {
  if (!input.shape.valid())
    return spec::fail("[train] input: found shape ", input.shape, ", expected one that a tensor can have");
  RecordedLoss out;
  nn::Recording& r = out.recording;
  r.training = options.training, r.seed = options.seed;
  r.plan.seed = options.seed, r.plan.streams = options.streams;
  try {
    const Var x = leaf(r.graph, "x", input), y = model(nn::Scope(r), x);
    out.input = x.id(), out.output = y.id();
    r.graph.output(y);
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
  for (const ParameterInit& p : r.plan.parameters) out.parameters.push_back(r.leaf_of.find(p.name)->second);
  return out;
}

Result<RecordedLoss> record_loss(const nn::Layer& model, const Loss& loss, const InputType& input,
                                 const InputType& target, const RecordOptions& options) {
  if (!target.shape.valid())
    return spec::fail("[train] target: found shape ", target.shape, ", expected one that a tensor can have");
  auto out = record_output(model, input, options);
  if (!out) return out;
  spec::Graph& graph = out->recording.graph;
  try {
    const Var t = leaf(graph, "target", target), l = loss(graph.var(out->output), t);
    if (l.shape().size() != 1) return spec::fail("[train] loss: found shape ", l.shape(), ", expected one number");
    out->target = t.id(), out->loss = l.id();
    graph.output(l);
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
  return out;
}

}  // namespace plumbline::runtime::train
