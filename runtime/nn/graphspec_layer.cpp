// Parameters and running state from the spec's list, then the spec recorded on them.
#include "runtime/nn/graphspec_layer.h"

#include "spec/graph/graphspec/compile.h"

namespace plumbline::runtime::nn {

namespace {

double uniform_value(const spec::PlacedParameter& p) {
  if (std::holds_alternative<spec::ZerosInit>(p.spec.init)) return 0;
  if (std::holds_alternative<spec::OnesInit>(p.spec.init)) return 1;
  if (const auto* c = std::get_if<spec::ConstantInit>(&p.spec.init)) return c->value;
  throw spec::Error(spec::concat("[graphspec] running state ", p.name, " begins as ", name_of(p.spec.init),
                                 ", expected zeros, ones or constant"));
}

// Where dropout masks differ from step to step: the index leaf of the recording.
std::optional<Var> step_of(const spec::GraphSpec& spec, const spec::SpecOptions& options, Recording& r) {
  if (!wants_step(spec, options)) return std::nullopt;
  if (r.state.step < 0) r.state.step = r.graph.index_input(r.graph.unused("step"), {}, spec::max_elements).id();
  return r.graph.var(r.state.step);
}

}  // namespace

std::string GraphSpecLayer::describe() const {
  return spec::concat("graphspec of ", spec.bindings().size(), " bindings");
}

Var GraphSpecLayer::operator()(const Scope& scope, const Var& x) const {
  const auto fitted = spec.with_inputs({x.shape()});
  if (!fitted) throw fitted.error();
  if (fitted->outputs().size() != 1)
    throw spec::Error(spec::concat("[graphspec] found ", fitted->outputs().size(), " outputs, expected 1"));
  std::vector<Var> parameters;
  for (const spec::PlacedParameter& p : fitted->parameters())
    parameters.push_back(p.spec.trained ? scope.param(p.name, p.spec.shape, p.spec.init, p.seed)
                                        : scope.state(p.name, p.spec.shape, uniform_value(p)));
  const spec::SpecOptions options{scope.training(), scope.recording().seed};
  const auto step = step_of(*fitted, options, scope.recording());
  const auto recorded = spec::record(*fitted, std::vector<Var>{x}, parameters, options, step);
  for (const auto& [state, next] : recorded.updates) scope.update(state, next);
  return recorded.outputs.front();
}

}  // namespace plumbline::runtime::nn
