// Recording leaves, plans and masks.
#include "runtime/nn/scope.h"

#include <optional>

#include "spec/ops/random/dropout.h"

namespace plumbline::runtime::nn {

Scope Scope::operator/(std::string_view part) const {
  Scope below = *this;
  below.path_ = name_of(part);
  return below;
}

std::string Scope::name_of(std::string_view leaf) const {
  return path_.empty() ? std::string(leaf) : spec::concat(path_, '.', leaf);
}

namespace {

// The leaf of a name, if there is one.
std::optional<Var> known(spec::Graph& graph, const std::string& name, const Shape& shape) {
  for (const NodeId id : graph.leaves()) {
    if (graph.node(id).name != name) continue;
    if (graph.node(id).shape != shape)
      throw spec::Error(spec::concat("parameter ", name, " is ", graph.node(id).shape, " and ", shape));
    return graph.var(id);
  }
  return std::nullopt;
}

}  // namespace

Var Scope::param(std::string_view name, const Shape& shape, Initialiser scheme) const {
  if (const auto there = known(recording_->graph, name_of(name), shape)) return *there;
  auto& parameters = recording_->plan.parameters;
  std::uint64_t stream = 0;
  const auto draws = [](const Initialiser& s) { return spec::draws_of(s, Shape{1, 1}) > 0; };
  if (draws(scheme))
    for (const ParameterInit& p : parameters) stream += draws(p.scheme);
  recording_->plan.seed = recording_->seed;
  parameters.push_back({name_of(name), shape, std::move(scheme), stream});
  return recording_->graph.param(parameters.back().name, shape);
}

Var Scope::state(std::string_view name, const Shape& shape, double initial) const {
  if (const auto there = known(recording_->graph, name_of(name), shape)) return *there;
  const Var leaf = recording_->graph.input(name_of(name), shape);
  recording_->state.states.push_back({name_of(name), leaf.id(), -1, initial});
  return leaf;
}

void Scope::update(Var state, Var next) const {
  for (RunningState& s : recording_->state.states)
    if (s.leaf == state.id()) s.next = next.id();
}

Var Scope::dropout(const Var& x, double p) const {
  if (!training() || p == 0) return x;
  NodeId& step = recording_->state.step;
  if (step < 0) step = recording_->graph.index_input("step", {}, spec::max_elements).id();
  return call(spec::Dropout{p, recording_->seed, path_, 0, true}, {x, recording_->graph.var(step)});
}

}  // namespace plumbline::runtime::nn
