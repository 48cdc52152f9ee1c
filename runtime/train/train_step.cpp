// Appending the gradients, binding the parameters, stepping.
#include "runtime/train/train_step.h"

#include <algorithm>
#include <ranges>

#include "spec/lang/check.h"
#include "spec/ops/shape/full.h"

namespace plumbline::runtime {

namespace {
constexpr Index elements_per_part = 32768;  // of a conversion or a sum

Index total_of(const std::vector<Index>& sizes) {
  Index total = 0;
  for (const Index n : sizes) total += n;
  return total;
}
}  // namespace

// A graph with its gradients, as a program.
struct TrainStep::Differentiated {
  Program program;
  NodeId loss;
  std::vector<NodeId> parameters, gradients;  // a gradient of −1: the param is frozen
  std::vector<Index> sizes;
};

Result<TrainStep::Differentiated> TrainStep::differentiate(spec::Graph graph, NodeId loss, Kernels kernels,
                                                           PlanOptions options, const TrainState& state) {
  if (loss < 0 || loss >= graph.size())
    return spec::fail("loss: found node ", loss, ", expected one of the ", graph.size(), " of this graph");
  std::vector<NodeId> parameters, learning;
  std::vector<Index> sizes;
  for (NodeId id : graph.leaves()) {
    if (graph.node(id).leaf != spec::Leaf::param) continue;
    parameters.push_back(id), sizes.push_back(graph.node(id).shape.size());
    if (std::ranges::find(state.frozen, id) == state.frozen.end()) learning.push_back(id);
  }
  const spec::Var seed = graph.apply(spec::make_op(spec::Full{graph.node(loss).shape.dims(), 1.0}), {});
  const auto cotangents = spec::append_grad(graph, loss, seed, learning);
  std::vector<NodeId> gradients(parameters.size(), -1);
  for (std::size_t i = 0, j = 0; i < parameters.size(); ++i) {
    if (j == learning.size() || learning[j] != parameters[i]) continue;
    gradients[i] = cotangents[j++].id();
    if (gradients[i] < 0)
      return spec::fail("the loss does not depend on parameter ", graph.node(parameters[i]).name);
    options.wanted.push_back(gradients[i]);
  }
  options.wanted.push_back(loss);
  for (const RunningState& s : state.states)
    if (s.next >= 0) options.wanted.push_back(s.next);
  auto program = compile(std::move(graph), kernels, options);
  if (!program) return tl::unexpected(program.error());
  return Differentiated{std::move(*program), loss, std::move(parameters), std::move(gradients), std::move(sizes)};
}

Result<OptimiserGroups> TrainStep::groups_for(const spec::Graph& graph, const std::vector<NodeId>& parameters,
                                              const std::vector<NodeId>& gradients, const spec::Optimiser& optimiser,
                                              const StepOptions& how, DType kept) {
  std::vector<Shape> shapes;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (gradients[i] < 0) continue;
    shapes.push_back(graph.node(parameters[i]).shape), names.push_back(graph.node(parameters[i]).name);
  }
  if (how.clip)
    if (auto ok = spec::validate(*how.clip); !ok) return tl::unexpected(ok.error());
  return OptimiserGroups::create(optimiser, how.groups, names, shapes, kept);
}

Result<void> TrainStep::set_optimiser(const spec::Optimiser& optimiser, const StepOptions& how) {
  auto groups = groups_for(graph(), parameters_, gradients_, optimiser, how, held_->optimiser.dtype());
  if (!groups) return tl::unexpected(groups.error());
  held_->optimiser = std::move(*groups), held_->clip = how.clip, held_->weight = 0;
  return {};
}

Result<TrainStep> TrainStep::create(spec::Graph graph, NodeId loss, const spec::Optimiser& optimiser,
                                    Kernels kernels, PlanOptions options, TrainState state,
                                    StepOptions how) {
  auto d = differentiate(std::move(graph), loss, kernels, options, state);
  if (!d) return tl::unexpected(d.error());
  const DType kept = options.dtype == DType::f64 ? DType::f64 : DType::f32;
  auto moments = groups_for(d->program.graph(), d->parameters, d->gradients, optimiser, how, kept);
  if (!moments) return tl::unexpected(moments.error());
  auto held = std::make_shared<Held>(std::move(*moments));
  held->clip = how.clip;
  const auto total = static_cast<std::size_t>(total_of(d->sizes));
  held->memory = Buffer(total * size_of(kept));
  std::fill_n(held->memory.data(), held->memory.size(), std::byte{0});  // all elements are +0
  if (size_of(options.dtype) == 2) {
    held->widened = Buffer(total * sizeof(float));
    held->stored = Buffer(total * size_of(options.dtype));
  }
  held->counter = Buffer(sizeof(Index));
  *reinterpret_cast<Index*>(held->counter.data()) = 0;
  with_type(options.dtype, [&]<class T>(T) {
    for (const RunningState& s : state.states) {
      const auto n = static_cast<std::size_t>(d->program.graph().node(s.leaf).shape.size());
      held->running.emplace_back(n * sizeof(T));
      std::fill_n(reinterpret_cast<T*>(held->running.back().data()), n, rounded<T>(s.initial));
    }
  });
  return on(std::move(*d), std::move(held), std::move(state));
}

Result<void> TrainStep::has_state_of(const Differentiated& d, const TrainState& state) const {
  const spec::Graph &mine = program_.graph(), &other = d.program.graph();
  const auto differ = [](const std::string& what, const auto& found, const auto& expected) {
    return spec::fail("[train] ", what, ": found ", found, ", expected ", expected, " as in the first graph");
  };
  const auto shown = [](const spec::Node& node) { return spec::concat(node.name, ' ', node.shape); };
  if (d.parameters.size() != parameters_.size())
    return differ("params", d.parameters.size(), parameters_.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const spec::Node &a = mine.node(parameters_[i]), &b = other.node(d.parameters[i]);
    if (a.name != b.name || a.shape != b.shape) return differ(spec::concat("param ", i), shown(b), shown(a));
    if ((gradients_[i] < 0) != (d.gradients[i] < 0))
      return differ(spec::concat("param ", a.name), d.gradients[i] < 0 ? "a frozen one" : "one that learns",
                    gradients_[i] < 0 ? "a frozen one" : "one that learns");
  }
  if (state.states.size() != state_.states.size())
    return differ("running states", state.states.size(), state_.states.size());
  for (std::size_t i = 0; i < state.states.size(); ++i) {
    const RunningState &a = state_.states[i], &b = state.states[i];
    const std::string found = spec::concat(b.name, ' ', other.node(b.leaf).shape);
    const std::string expected = spec::concat(a.name, ' ', mine.node(a.leaf).shape);
    if (found != expected) return differ(spec::concat("running state ", i), found, expected);
  }
  return {};
}

Result<TrainStep> TrainStep::beside(spec::Graph graph, NodeId loss, Kernels kernels, PlanOptions options,
                                    TrainState state) const {
  check(options.dtype == program_.dtype(), "graphs of one model have one dtype");
  auto d = differentiate(std::move(graph), loss, kernels, options, state);
  if (!d) return tl::unexpected(d.error());
  if (auto ok = has_state_of(*d, state); !ok) return tl::unexpected(ok.error());
  return on(std::move(*d), held_, std::move(state));
}

Result<TrainStep> TrainStep::on(Differentiated d, std::shared_ptr<Held> held, TrainState state) {
  TrainStep step(std::move(d.program));
  step.held_ = std::move(held);
  step.loss_ = d.loss, step.parameters_ = std::move(d.parameters), step.gradients_ = std::move(d.gradients);
  step.sizes_ = std::move(d.sizes);
  const auto laid = with_type(step.program_.dtype(), [&]<class T>(T) {
    if constexpr (sizeof(T) == 2) return step.lay_out_stored<T>();
    else return step.lay_out<T>();
  });
  if (!laid) return tl::unexpected(laid.error());
  if (auto ok = step.lay_out_state(std::move(state)); !ok) return tl::unexpected(ok.error());
  return step;
}

Result<void> TrainStep::lay_out_state(TrainState state) {
  state_ = std::move(state);
  if (state_.step >= 0)
    if (auto ok = program_.bind(state_.step, DType::i64, held_->counter.data(), 1); !ok) return ok;
  for (std::size_t i = 0; i < state_.states.size(); ++i)
    if (auto ok = program_.bind(state_.states[i].leaf, program_.dtype(), held_->running[i].data(),
                                held_->running[i].size() / size_of(program_.dtype()));
        !ok)
      return ok;
  return {};
}

// What the run computed is copied: another run before the next step would read it as it is.
void TrainStep::advance() {
  with_type(program_.dtype(), [&]<class T>(T) {
    for (std::size_t i = 0; i < state_.states.size(); ++i)
      if (state_.states[i].next >= 0)
        std::ranges::copy(program_.value<T>(state_.states[i].next), running<T>(i).begin());
  });
  set_steps(steps() + 1);
}

// The program reads the params where the optimiser writes them.
template <class T>
Result<void> TrainStep::lay_out() {
  T* at = reinterpret_cast<T*>(held_->memory.data());
  for (std::size_t i = 0; i < sizes_.size(); at += sizes_[i++]) {
    list<T>().values.push_back(at);
    if (auto ok = program_.bind(parameters_[i], std::span(at, static_cast<std::size_t>(sizes_[i]))); !ok) return ok;
    if (gradients_[i] < 0) continue;
    list<T>().learning.push_back(at);
    list<T>().gradients.push_back(program_.value<T>(gradients_[i]).data());
  }
  return {};
}

// The program reads them rounded to T, and the optimiser reads its gradients widened.
template <class T>
Result<void> TrainStep::lay_out_stored() {
  Index at = 0;
  for (std::size_t i = 0; i < sizes_.size(); at += sizes_[i++]) {
    single_.values.push_back(held_->memory.f32() + at);
    const T* read = reinterpret_cast<const T*>(held_->stored.data()) + at;
    if (auto ok = program_.bind(parameters_[i], std::span(read, static_cast<std::size_t>(sizes_[i]))); !ok) return ok;
    if (gradients_[i] < 0) continue;
    single_.learning.push_back(held_->memory.f32() + at);
    single_.gradients.push_back(held_->widened.f32() + at);
  }
  return {};
}

const void* TrainStep::parameter_data(std::size_t i) const {
  Index at = 0;
  for (std::size_t k = 0; k < i; ++k) at += sizes_[k];
  const Buffer& from = held_->stored.size() > 0 ? held_->stored : held_->memory;
  return from.data() + static_cast<std::size_t>(at) * size_of(program_.dtype());
}

template <class T>
void TrainStep::narrow_params() {
  const Index total = static_cast<Index>(held_->stored.size() / sizeof(T));
  T* to = reinterpret_cast<T*>(held_->stored.data());
  const float* from = held_->memory.f32();
  parallel_for(program_.workers(), total, elements_per_part,
               [&](Index begin, Index end, int) { narrow(from + begin, to + begin, end - begin); });
}

void TrainStep::store() {
  with_type(program_.dtype(), [&]<class T>(T) {
    if constexpr (sizeof(T) == 2) narrow_params<T>();
  });
}

template <class T>
void TrainStep::widen_gradients() {
  float* to = held_->widened.f32();
  for (std::size_t i = 0; i < sizes_.size(); to += sizes_[i++]) {
    if (gradients_[i] < 0) continue;
    const T* from = program_.value<T>(gradients_[i]).data();
    parallel_for(program_.workers(), sizes_[i], elements_per_part,
                 [&](Index begin, Index end, int) { widen(from + begin, to + begin, end - begin); });
  }
}

void TrainStep::widen_gradients() {
  with_type(program_.dtype(), [&]<class T>(T) {
    if constexpr (sizeof(T) == 2) widen_gradients<T>();
  });
}

Result<void> TrainStep::evaluate() {
  store();
  return program_.run();
}

Result<void> TrainStep::step() {
  if (auto ok = evaluate(); !ok) return ok;
  update();
  return {};
}

void TrainStep::update() {
  if (held_->clip) {
    accumulate();
    return apply();
  }
  widen_gradients();
  kept([&]<class T>(T) {
    held_->optimiser.step(program_.workers(), std::span<T* const>(list<T>().learning), list<T>().gradients);
  });
  advance();
}

}  // namespace plumbline::runtime
