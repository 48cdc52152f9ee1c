// Training through the runtime's planned step, or through subjects.
#include "crosscheck/models/trainer.h"

#include <algorithm>
#include <functional>
#include <map>

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
                                                 const InitialValues& initial, int threads) {
    auto trainer = std::make_unique<RuntimeTrainer>();
    runtime::PlanOptions plan;
    plan.threads = threads, plan.keep = runtime::Keep::all;
    auto step =
        runtime::TrainStep::create(forward.graph, forward.loss, optimiser, trainer->table_, plan, forward.state);
    if (!step) return tl::unexpected(step.error());
    trainer->step_ = std::make_unique<runtime::TrainStep>(std::move(*step));
    trainer->graph_ = std::move(forward);
    trainer->graph_.graph = trainer->step_->program().graph();
    for (std::size_t i = 0; i < initial.params.size(); ++i) {
      std::ranges::copy(as_floats(initial.params[i]), trainer->step_->parameter(i).begin());
      trainer->graph_.gradients.push_back(trainer->step_->gradient_node(i));
    }
    for (std::size_t i = 0; i < initial.running.size(); ++i)
      std::ranges::copy(as_floats(initial.running[i]), trainer->step_->running(i).begin());
    return trainer;
  }

  const TrainGraph& graph() const override { return graph_; }
  Result<void> step(const Rows& batch) override {
    if (auto ok = set(graph_.x, batch.x); !ok) return ok;
    if (auto ok = set(graph_.labels, batch.labels); !ok) return ok;
    if (auto ok = step_->evaluate(); !ok) return ok;
    keep_views();
    step_->update();
    return {};
  }
  Values value(NodeId id) const override {
    if (const auto kept = views_.find(id); kept != views_.end()) return kept->second;
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
  std::vector<std::pair<NodeId, Values>> running() const override {
    std::vector<std::pair<NodeId, Values>> out;
    for (std::size_t i = 0; i < graph_.state.states.size(); ++i) {
      const NodeId leaf = graph_.state.states[i].leaf;
      out.emplace_back(leaf, as_values(graph_.graph.node(leaf).shape, step_->running(i)));
    }
    if (graph_.state.step >= 0)
      out.emplace_back(graph_.state.step, Values::scalar(static_cast<double>(step_->steps())));
    return out;
  }

 private:
  // Nodes that are views of params or running state, before these change: the reshape of a bias.
  void keep_views() {
    views_.clear();
    std::vector<std::span<const float>> changing;
    for (std::size_t i = 0; i < graph_.params.size(); ++i) changing.push_back(step_->parameter(i));
    for (std::size_t i = 0; i < graph_.state.states.size(); ++i) changing.push_back(step_->running(i));
    const std::less_equal<const float*> before;
    for (NodeId id = 0; id < graph_.graph.size(); ++id) {
      const spec::Node& node = graph_.graph.node(id);
      if (node.leaf != spec::Leaf::none || !step_->program().has_value(id)) continue;
      const std::span<const float> x = step_->program().value(id);
      for (const auto& c : changing)
        if (before(c.data(), x.data()) && x.data() < c.data() + c.size()) views_[id] = as_values(node.shape, x);
    }
  }
  Result<void> set(NodeId leaf, const Values& x) {
    if (graph_.graph.node(leaf).extent < 0)
      return step_->program().set(leaf, std::span<const float>(as_floats(x)));
    const std::vector<std::int64_t> indices(x.elements().begin(), x.elements().end());
    return step_->program().set(leaf, std::span<const std::int64_t>(indices));
  }
  const runtime::KernelTable table_ = runtime::KernelTable::builtin();
  std::unique_ptr<runtime::TrainStep> step_;
  TrainGraph graph_;
  std::map<NodeId, Values> views_;
};

class SubjectTrainer final : public Trainer {
 public:
  SubjectTrainer(TrainGraph forward, const spec::Optimiser& optimiser, const InitialValues& initial,
                 std::shared_ptr<Subject> graph, std::shared_ptr<OptimSubject> optim, int threads)
      : graph_(std::move(forward)),
        optimiser_(optimiser),
        subject_(std::move(graph)),
        optim_(std::move(optim)),
        threads_(threads) {
    append_gradients(graph_);
    for (const Values& p : initial.params) {
      const Values zero = Values::full(p.shape(), 0);
      states_.push_back({p, zero, zero, zero, zero});
    }
    running_ = initial.running;
    for (const runtime::RunningState& s : graph_.state.states)
      if (initial.running.empty()) running_.push_back(Values::full(graph_.graph.node(s.leaf).shape, s.initial));
    for (NodeId id = 0; id < graph_.graph.size(); ++id)
      if (graph_.graph.node(id).leaf == spec::Leaf::none) nodes_.push_back(id);
  }

  const TrainGraph& graph() const override { return graph_; }
  Result<void> step(const Rows& batch) override {
    std::vector<Values> by_node(static_cast<std::size_t>(graph_.graph.size())), data;
    const auto put = [&](NodeId id, const Values& x) { by_node[static_cast<std::size_t>(id)] = x; };
    put(graph_.x, batch.x), put(graph_.labels, batch.labels);
    for (std::size_t i = 0; i < states_.size(); ++i) put(graph_.params[i], states_[i].p);
    for (const auto& [id, x] : running()) put(id, x);
    for (const NodeId id : graph_.graph.leaves()) data.push_back(by_node[static_cast<std::size_t>(id)]);
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
    for (std::size_t i = 0; i < running_.size(); ++i)
      if (const NodeId next = graph_.state.states[i].next; next >= 0) running_[i] = value(next);
    return {};
  }
  Values value(NodeId id) const override { return values_[static_cast<std::size_t>(id)]; }
  Subject::KernelInfo kernel(NodeId id) const override { return subject_->kernel(graph_.graph, id); }
  OptimTensors state(std::size_t i) const override { return states_[i]; }
  std::vector<std::pair<NodeId, Values>> running() const override {
    std::vector<std::pair<NodeId, Values>> out;
    for (std::size_t i = 0; i < running_.size(); ++i) out.emplace_back(graph_.state.states[i].leaf, running_[i]);
    if (graph_.state.step >= 0) out.emplace_back(graph_.state.step, Values::scalar(static_cast<double>(t_)));
    return out;
  }

 private:
  TrainGraph graph_;
  spec::Optimiser optimiser_;
  std::shared_ptr<Subject> subject_;
  std::shared_ptr<OptimSubject> optim_;
  int threads_;
  Index t_ = 0;
  std::vector<OptimTensors> states_;
  std::vector<NodeId> nodes_;
  std::vector<Values> values_, running_;
};

}  // namespace

Result<std::unique_ptr<Trainer>> runtime_trainer(TrainGraph forward, const spec::Optimiser& optimiser,
                                                 const InitialValues& initial, int threads) {
  return RuntimeTrainer::create(std::move(forward), optimiser, initial, threads);
}

std::unique_ptr<Trainer> subject_trainer(TrainGraph forward, const spec::Optimiser& optimiser,
                                         const InitialValues& initial, std::shared_ptr<Subject> graph,
                                         std::shared_ptr<OptimSubject> optim, int threads) {
  return std::make_unique<SubjectTrainer>(std::move(forward), optimiser, initial, std::move(graph), std::move(optim),
                                          threads);
}

}  // namespace plumbline::crosscheck
