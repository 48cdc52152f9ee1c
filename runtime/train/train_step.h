// TrainStep: loss, gradients and the optimiser's step as one program over parameters that it owns.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "runtime/core/program.h"
#include "runtime/optim/optimiser.h"
#include "runtime/train/running_state.h"

namespace plumbline::runtime {

// A steady step allocates nothing. Parameters lie after one another in one block, in the order of the graph's params.
// In f16 and bf16 they and the optimiser's state are kept in float32; the program sees them rounded to 16 bits, and its
// gradients are widened.
class TrainStep {
 public:
  // Appends the gradients of Σ loss with respect to every param. Values of the graph's own outputs can be read too.
  // Errors: a param that the loss does not depend on, attributes out of range. The table must outlive the step.
  // `state` is what else a step changes: leaves that begin as they say and become what the step's own run computed, and
  // an index leaf that holds the number of steps taken; its frozen params get no gradient and stay as they are.
  static Result<TrainStep> create(spec::Graph graph, NodeId loss, const spec::Optimiser& optimiser,
                                  const KernelTable& kernels, PlanOptions options = {}, TrainState state = {});

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
    return {reinterpret_cast<T*>(running_[i].data()), running_[i].size() / sizeof(T)};
  }
  Index steps() const { return *reinterpret_cast<const Index*>(counter_.data()); }
  OptimiserState& optimiser() { return optimiser_; }
  NodeId loss() const { return loss_; }

  // Loss and gradients at the present parameters, then the optimiser's step on them, and the running state that this
  // run computed. An error leaves them as they were.
  Result<void> step();
  // Only loss and gradients: neither parameters nor running state change.
  Result<void> evaluate();
  // The rest of a step, after an evaluation that had no error: values of nodes may be read in between.
  void update();

 private:
  TrainStep(Program program, OptimiserState optimiser)
      : program_(std::move(program)), optimiser_(std::move(optimiser)) {}

  Program program_;
  OptimiserState optimiser_;
  NodeId loss_ = -1;
  std::vector<NodeId> parameters_, gradients_;
  std::vector<Index> sizes_;
  // Where each param lies, and where the optimiser finds those that learn and their gradients.
  template <class T>
  struct List {
    std::vector<T*> values, learning;
    std::vector<const T*> gradients;
  };
  template <class T>
  List<T>& list() {
    static_assert(std::same_as<T, float> || std::same_as<T, double>);
    if constexpr (std::same_as<T, double>) return wide_;
    else return single_;
  }
  template <class T>
  Result<void> lay_out();
  template <class T>
  Result<void> lay_out_stored();
  template <class T>
  void store();
  template <class T>
  void widen_gradients();

  Result<void> lay_out_state(TrainState state);
  void advance();

  TrainState state_;
  std::vector<Buffer> running_;
  Buffer counter_;
  Buffer memory_, stored_, widened_;  // the latter two in 16 bits: what the program reads, what the optimiser reads
  List<float> single_;
  List<double> wide_;
};

}  // namespace plumbline::runtime
