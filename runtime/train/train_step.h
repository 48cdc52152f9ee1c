// TrainStep: loss, gradients and the optimiser's step as one program over parameters that it owns.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "runtime/core/program.h"
#include "runtime/optim/groups.h"
#include "runtime/train/running_state.h"

namespace plumbline::runtime {

// How gradients become a step, beside the optimiser.
struct StepOptions {
  std::vector<ParameterGroup> groups = {};       // params with an optimiser of their own
  std::optional<spec::GradientClip> clip = {};   // of all gradients, before the step
};

// A steady step allocates nothing. Parameters lie after one another in one block, in the order of the graph's params.
// In f16 and bf16 they and the optimiser's state are kept in float32; the program sees them rounded to 16 bits, and its
// gradients are widened.
class TrainStep {
 public:
  // Appends the gradients of Σ loss with respect to every param. Values of the graph's own outputs can be read too.
  // Errors: a param that the loss does not depend on, attributes out of range.
  // `state` is what else a step changes: leaves that begin as they say and become what the step's own run computed, and
  // an index leaf that holds the number of steps taken; its frozen params get no gradient and stay as they are.
  static Result<TrainStep> create(spec::Graph graph, NodeId loss, const spec::Optimiser& optimiser,
                                  Kernels kernels, PlanOptions options = {}, TrainState state = {},
                                  StepOptions how = {});
  // The same model on another graph, as for batches of another size: it reads and changes the very params, moments and
  // running state of this step, and keeps them alive. An error if params or states differ in name, order or shape.
  Result<TrainStep> beside(spec::Graph graph, NodeId loss, Kernels kernels, PlanOptions options = {},
                           TrainState state = {}) const;

  // The inputs are set or bound through the program; the params are bound to `parameter`.
  Program& program() { return program_; }
  const std::vector<NodeId>& parameters() const { return parameters_; }
  // Elements of the i-th param; zero before they are initialised. T: double where the program is in f64, else float.
  template <class T = float>
  std::span<T> parameter(std::size_t i) {
    return {list<T>().values[i], static_cast<std::size_t>(sizes_[i])};
  }
  // The node of its gradient (−1: it is frozen), and the gradient after a step.
  NodeId gradient_node(std::size_t i) const { return gradients_[i]; }
  template <class T = float>
  std::span<const T> gradient(std::size_t i) const {
    return program_.value<T>(gradients_[i]);
  }
  // The i-th running state, as the next run reads it. T is the type of the program's dtype.
  template <class T = float>
  std::span<T> running(std::size_t i) {
    Buffer& x = held_->running[i];
    return {reinterpret_cast<T*>(x.data()), x.size() / sizeof(T)};
  }
  const std::vector<RunningState>& running_states() const { return state_.states; }
  // How many runs have entered the running state: the step that dropout sees.
  Index steps() const { return *reinterpret_cast<const Index*>(held_->counter.data()); }
  void set_steps(Index steps) { *reinterpret_cast<Index*>(held_->counter.data()) = steps; }
  OptimiserState& optimiser() { return held_->optimiser.rest(); }
  OptimiserGroups& groups() { return held_->optimiser; }
  NodeId loss() const { return loss_; }
  const spec::Graph& graph() const { return program_.graph(); }
  // Another optimiser for the same params, with no steps taken; what was accumulated is dropped.
  Result<void> set_optimiser(const spec::Optimiser& optimiser, const StepOptions& how = {});
  // The address of the i-th param as programs of its dtype read it; in 16 bits valid after `evaluate` or `store`.
  const void* parameter_data(std::size_t i) const;
  const void* counter_data() const { return held_->counter.data(); }
  // In 16 bits: rounds the params for programs that read them.
  void store();

  // Loss and gradients at the present parameters, then the optimiser's step on them, and the running state that this
  // run computed. An error leaves them as they were.
  Result<void> step();
  // Only loss and gradients: neither parameters nor running state change.
  Result<void> evaluate();
  // The rest of a step, after an evaluation that had no error: values of nodes may be read in between.
  void update();
  // Instead of an update: adds weight · gradient to the sums and takes the running state over; params stay.
  void accumulate(double weight = 1);
  // The optimiser's step on the mean of what was accumulated, (Σ weight · gradient) / Σ weight; then nothing waits.
  void apply();
  double accumulated_weight() const { return held_->weight; }

 private:
  // What the graphs of a model share.
  struct Held {
    explicit Held(OptimiserGroups groups) : optimiser(std::move(groups)) {}
    OptimiserGroups optimiser;
    std::optional<spec::GradientClip> clip;
    std::vector<Buffer> running;
    Buffer counter;
    Buffer memory, stored, widened;  // the latter two in 16 bits: what programs read, what the optimiser reads
    Buffer sums;                     // of gradients, once any were accumulated
    double weight = 0;
  };
  struct Differentiated;
  static Result<Differentiated> differentiate(spec::Graph graph, NodeId loss, Kernels kernels,
                                              PlanOptions options, const TrainState& state);
  // Whether the other graph's params and running states are this one's.
  Result<void> has_state_of(const Differentiated& d, const TrainState& state) const;
  // Of the params that learn, each in its group.
  static Result<OptimiserGroups> groups_for(const spec::Graph& graph, const std::vector<NodeId>& parameters,
                                            const std::vector<NodeId>& gradients, const spec::Optimiser& optimiser,
                                            const StepOptions& how, DType kept);
  static Result<TrainStep> on(Differentiated d, std::shared_ptr<Held> held, TrainState state);
  explicit TrainStep(Program program) : program_(std::move(program)) {}

  Program program_;
  std::shared_ptr<Held> held_;
  NodeId loss_ = -1;
  std::vector<NodeId> parameters_, gradients_;
  std::vector<Index> sizes_;
  // Where each param lies, and where the optimiser finds those that learn, their gradients, and sums of gradients.
  template <class T>
  struct List {
    std::vector<T*> values, learning;
    std::vector<const T*> gradients;
    std::vector<std::span<T>> sums;
    std::vector<const T*> summed;
  };
  template <class T>
  List<T>& list() {
    static_assert(std::same_as<T, float> || std::same_as<T, double>);
    if constexpr (std::same_as<T, double>) return wide_;
    else return single_;
  }
  // f(T{}) with the type that params are kept in.
  template <class F>
  void kept(F&& f) {
    if (program_.dtype() == DType::f64) f(double{});
    else f(float{});
  }
  template <class T>
  Result<void> lay_out();
  template <class T>
  Result<void> lay_out_stored();
  template <class T>
  void narrow_params();
  template <class T>
  void widen_gradients();
  void widen_gradients();  // in 16 bits
  template <class T>
  void add_gradients(T weight);
  template <class T>
  void apply_sums();
  template <class T>
  void lay_out_sums();

  Result<void> lay_out_state(TrainState state);
  void advance();

  TrainState state_;
  List<float> single_;
  List<double> wide_;
};

}  // namespace plumbline::runtime
