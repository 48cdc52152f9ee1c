// Appending the gradients, binding the parameters, stepping.
#include "runtime/train/train_step.h"

#include <algorithm>
#include <ranges>

#include "spec/ops/shape/full.h"

namespace plumbline::runtime {

namespace {
constexpr Index elements_per_part = 32768;  // of a conversion
}

Result<TrainStep> TrainStep::create(spec::Graph graph, NodeId loss, const spec::Optimiser& optimiser,
                                    const KernelTable& kernels, PlanOptions options, TrainState state) {
  if (loss < 0 || loss >= graph.size()) return spec::fail("node ", loss, " is no node of this graph");
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
  auto program = compile(graph, kernels, options);
  if (!program) return tl::unexpected(program.error());
  std::vector<Shape> shapes;
  for (NodeId id : learning) shapes.push_back(graph.node(id).shape);
  const DType dtype = options.dtype;
  auto moments = OptimiserState::create(optimiser, shapes, dtype == DType::f64 ? DType::f64 : DType::f32);
  if (!moments) return tl::unexpected(moments.error());

  TrainStep step(std::move(*program), std::move(*moments));
  step.loss_ = loss, step.parameters_ = parameters, step.gradients_ = gradients, step.sizes_ = sizes;
  const auto laid = with_type(dtype, [&]<class T>(T) {
    if constexpr (sizeof(T) == 2) return step.lay_out_stored<T>();
    else return step.lay_out<T>();
  });
  if (!laid) return tl::unexpected(laid.error());
  if (auto ok = step.lay_out_state(std::move(state)); !ok) return tl::unexpected(ok.error());
  return step;
}

Result<void> TrainStep::lay_out_state(TrainState state) {
  state_ = std::move(state);
  counter_ = Buffer(sizeof(Index));
  *reinterpret_cast<Index*>(counter_.data()) = 0;
  if (state_.step >= 0)
    if (auto ok = program_.bind(state_.step, DType::i64, counter_.data()); !ok) return ok;
  return with_type(program_.dtype(), [&]<class T>(T) -> Result<void> {
    for (const RunningState& s : state_.states) {
      const auto n = static_cast<std::size_t>(program_.graph().node(s.leaf).shape.size());
      running_.emplace_back(n * sizeof(T));
      std::fill_n(reinterpret_cast<T*>(running_.back().data()), n, static_cast<T>(static_cast<float>(s.initial)));
      if (auto ok = program_.bind(s.leaf, program_.dtype(), running_.back().data()); !ok) return ok;
    }
    return {};
  });
}

// What the run computed is copied: another run before the next step would read it as it is.
void TrainStep::advance() {
  with_type(program_.dtype(), [&]<class T>(T) {
    for (std::size_t i = 0; i < running_.size(); ++i)
      if (state_.states[i].next >= 0)
        std::ranges::copy(program_.value<T>(state_.states[i].next), reinterpret_cast<T*>(running_[i].data()));
  });
  ++*reinterpret_cast<Index*>(counter_.data());
}

// The program reads the params where the optimiser writes them.
template <class T>
Result<void> TrainStep::lay_out() {
  Index total = 0;
  for (Index n : sizes_) total += n;
  memory_ = Buffer(static_cast<std::size_t>(total) * sizeof(T));
  T* at = reinterpret_cast<T*>(memory_.data());
  std::fill_n(at, total, T(0));
  for (std::size_t i = 0; i < sizes_.size(); at += sizes_[i++]) {
    list<T>().values.push_back(at);
    if (auto ok = program_.bind(parameters_[i], static_cast<const T*>(at)); !ok) return ok;
    if (gradients_[i] < 0) continue;
    list<T>().learning.push_back(at);
    list<T>().gradients.push_back(program_.value<T>(gradients_[i]).data());
  }
  return {};
}

// The program reads them rounded to T, and the optimiser reads its gradients widened.
template <class T>
Result<void> TrainStep::lay_out_stored() {
  Index total = 0;
  for (Index n : sizes_) total += n;
  memory_ = Buffer(static_cast<std::size_t>(total) * sizeof(float));
  widened_ = Buffer(static_cast<std::size_t>(total) * sizeof(float));
  stored_ = Buffer(static_cast<std::size_t>(total) * sizeof(T));
  std::fill_n(memory_.f32(), total, 0.0f);
  Index at = 0;
  for (std::size_t i = 0; i < sizes_.size(); at += sizes_[i++]) {
    single_.values.push_back(memory_.f32() + at);
    const T* read = reinterpret_cast<const T*>(stored_.data()) + at;
    if (auto ok = program_.bind(parameters_[i], read); !ok) return ok;
    if (gradients_[i] < 0) continue;
    single_.learning.push_back(memory_.f32() + at);
    single_.gradients.push_back(widened_.f32() + at);
  }
  return {};
}

template <class T>
void TrainStep::store() {
  const Index total = static_cast<Index>(stored_.size() / sizeof(T));
  T* to = reinterpret_cast<T*>(stored_.data());
  parallel_for(program_.workers(), total, elements_per_part, [&](Index begin, Index end, int) {
    narrow(memory_.f32() + begin, to + begin, end - begin);
  });
}

template <class T>
void TrainStep::widen_gradients() {
  float* to = widened_.f32();
  for (std::size_t i = 0; i < sizes_.size(); to += sizes_[i++]) {
    if (gradients_[i] < 0) continue;
    const T* from = program_.value<T>(gradients_[i]).data();
    parallel_for(program_.workers(), sizes_[i], elements_per_part,
                 [&](Index begin, Index end, int) { widen(from + begin, to + begin, end - begin); });
  }
}

Result<void> TrainStep::evaluate() {
  with_type(program_.dtype(), [&]<class T>(T) {
    if constexpr (sizeof(T) == 2) store<T>();
  });
  return program_.run();
}

Result<void> TrainStep::step() {
  if (auto ok = evaluate(); !ok) return ok;
  update();
  return {};
}

void TrainStep::update() {
  with_type(program_.dtype(), [&]<class T>(T) {
    if constexpr (sizeof(T) == 2) widen_gradients<T>();
  });
  if (program_.dtype() == DType::f64) optimiser_.step(program_.workers(), wide_.learning, wide_.gradients);
  else optimiser_.step(program_.workers(), single_.learning, single_.gradients);
  advance();
}

}  // namespace plumbline::runtime
