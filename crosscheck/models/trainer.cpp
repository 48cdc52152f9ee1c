// Training through the runtime's planned step, or through subjects.
#include "crosscheck/models/trainer.h"

#include <algorithm>

#include "runtime/train/train_step.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;
using spec::Result;

namespace {

Values as_values(const spec::Shape& shape, std::span<const float> x) { return Values(shape, {x.begin(), x.end()}); }
std::vector<float> as_floats(const Values& x) { return {x.elements().begin(), x.elements().end()}; }

class RuntimeTrainer final : public Trainer {
 public:
  static Result<std::unique_ptr<Trainer>> create(TrainGraph forward, const spec::Optimiser& optimiser,
                                                 const std::vector<Values>& initial, int threads) {
    auto trainer = std::make_unique<RuntimeTrainer>();
    runtime::PlanOptions plan;
    plan.threads = threads, plan.keep = runtime::Keep::all;
    auto step = runtime::TrainStep::create(forward.graph, forward.loss, optimiser, trainer->table_, plan);
    if (!step) return tl::unexpected(step.error());
    trainer->step_ = std::make_unique<runtime::TrainStep>(std::move(*step));
    trainer->graph_ = std::move(forward);
    trainer->graph_.graph = trainer->step_->program().graph();
    for (std::size_t i = 0; i < initial.size(); ++i) {
      std::copy(initial[i].elements().begin(), initial[i].elements().end(), trainer->step_->parameter(i).begin());
      trainer->graph_.gradients.push_back(trainer->step_->gradient_node(i));
    }
    return trainer;
  }

  const TrainGraph& graph() const override { return graph_; }
  Result<void> step(const Rows& batch) override {
    const std::vector<float> x = as_floats(batch.x);
    const std::vector<std::int64_t> labels(batch.labels.elements().begin(), batch.labels.elements().end());
    if (auto ok = step_->program().set(graph_.x, std::span<const float>(x)); !ok) return ok;
    if (auto ok = step_->program().set(graph_.labels, std::span<const std::int64_t>(labels)); !ok) return ok;
    return step_->step();
  }
  Values value(NodeId id) const override {
    if (!step_->program().has_value(id)) return {};
    return as_values(graph_.graph.node(id).shape, step_->program().value(id));
  }
  Subject::KernelInfo kernel(NodeId id) const override {
    const runtime::Kernel* k = step_->program().node(id).kernel;
    return k == nullptr ? Subject::KernelInfo{} : Subject::KernelInfo{k->name, k->claims, k->fallback};
  }
  OptimTensors state(std::size_t i) const override {
    const spec::Shape& shape = graph_.graph.node(graph_.params[i]).shape;
    const auto moment = [&](std::string_view name) {
      const auto x = step_->optimiser().state(name, i);
      return x.empty() ? Values() : as_values(shape, x);
    };
    return {as_values(shape, step_->parameter(i)), moment("buf"), moment("m"), moment("v"), moment("top")};
  }

 private:
  const runtime::KernelTable table_ = runtime::KernelTable::builtin();
  std::unique_ptr<runtime::TrainStep> step_;
  TrainGraph graph_;
};

class SubjectTrainer final : public Trainer {
 public:
  SubjectTrainer(TrainGraph forward, const spec::Optimiser& optimiser, const std::vector<Values>& initial,
                 std::shared_ptr<Subject> graph, std::shared_ptr<OptimSubject> optim, int threads)
      : graph_(std::move(forward)),
        optimiser_(optimiser),
        subject_(std::move(graph)),
        optim_(std::move(optim)),
        threads_(threads) {
    append_gradients(graph_);
    for (const Values& p : initial) {
      const Values zero = Values::full(p.shape(), 0);
      states_.push_back({p, zero, zero, zero, zero});
    }
    for (NodeId id = 0; id < graph_.graph.size(); ++id)
      if (graph_.graph.node(id).leaf == spec::Leaf::none) nodes_.push_back(id);
  }

  const TrainGraph& graph() const override { return graph_; }
  Result<void> step(const Rows& batch) override {
    std::vector<Values> data{batch.x, batch.labels};
    for (const OptimTensors& s : states_) data.push_back(s.p);
    RunOptions options;
    options.threads = threads_;
    auto run = subject_->run(graph_.graph, data, nodes_, options);
    if (!run) return tl::unexpected(run.error());
    values_.assign(static_cast<std::size_t>(graph_.graph.size()), Values());
    for (std::size_t i = 0; i < nodes_.size(); ++i) values_[static_cast<std::size_t>(nodes_[i])] = run->values[i];
    ++t_;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      auto next = optim_->step(optimiser_, t_, states_[i], value(graph_.gradients[i]));
      if (!next) return tl::unexpected(next.error());
      states_[i] = std::move(*next);
    }
    return {};
  }
  Values value(NodeId id) const override { return values_[static_cast<std::size_t>(id)]; }
  Subject::KernelInfo kernel(NodeId id) const override { return subject_->kernel(graph_.graph, id); }
  OptimTensors state(std::size_t i) const override { return states_[i]; }

 private:
  TrainGraph graph_;
  spec::Optimiser optimiser_;
  std::shared_ptr<Subject> subject_;
  std::shared_ptr<OptimSubject> optim_;
  int threads_;
  Index t_ = 0;
  std::vector<OptimTensors> states_;
  std::vector<NodeId> nodes_;
  std::vector<Values> values_;
};

}  // namespace

Result<std::unique_ptr<Trainer>> runtime_trainer(TrainGraph forward, const spec::Optimiser& optimiser,
                                                 const std::vector<Values>& initial, int threads) {
  return RuntimeTrainer::create(std::move(forward), optimiser, initial, threads);
}

std::unique_ptr<Trainer> subject_trainer(TrainGraph forward, const spec::Optimiser& optimiser,
                                         const std::vector<Values>& initial, std::shared_ptr<Subject> graph,
                                         std::shared_ptr<OptimSubject> optim, int threads) {
  return std::make_unique<SubjectTrainer>(std::move(forward), optimiser, initial, std::move(graph), std::move(optim),
                                          threads);
}

}  // namespace plumbline::crosscheck
