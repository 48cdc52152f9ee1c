// OptimiserGroups: params by groups, each with an optimiser of its own, stepped together.
#pragma once

#include "runtime/core/tensor_list.h"
#include "runtime/optim/optimiser.h"

namespace plumbline::runtime {

// The params whose name the pattern matches: `*` stands for any characters, `?` for one.
struct ParameterGroup {
  std::string pattern;
  spec::Optimiser optimiser;
};
bool name_matches(std::string_view pattern, std::string_view name);

// The learning rate that an optimiser is configured with.
double rate_of(const spec::Optimiser& optimiser);

// A param belongs to the first group that matches its name, or else to the last one, that of the optimiser `rest`.
class OptimiserGroups {
 public:
  // Errors: attributes out of range, a pattern that matches no param, a param that its optimiser cannot step.
  static Result<OptimiserGroups> create(const spec::Optimiser& rest, const std::vector<ParameterGroup>& groups,
                                        const std::vector<std::string>& names, const std::vector<Shape>& shapes,
                                        DType dtype = DType::f32);

  // The next step of every group; an entry for each param. Does not allocate.
  void step(Workers& workers, std::span<float* const> parameters, std::span<const float* const> gradients) {
    step_all(workers, parameters, gradients);
  }
  void step(Workers& workers, std::span<double* const> parameters, std::span<const double* const> gradients) {
    step_all(workers, parameters, gradients);
  }

  // Sets the rate of `rest`; the rates of the others keep their ratio to it.
  void set_lr(double lr);
  double lr() const { return lr_; }
  Index steps() const { return groups_.back().state.steps(); }
  // The groups in order, `rest` last.
  std::size_t size() const { return groups_.size(); }
  OptimiserState& group(std::size_t g) { return groups_[g].state; }
  OptimiserState& rest() { return groups_.back().state; }
  DType dtype() const { return groups_.back().state.dtype(); }

  // What the optimisers carry beside the params, as `0.weight.m`, …, in the order of the params; T is the dtype's.
  template <class T>
  TensorList<T> state();
  // The same where it lies.
  std::vector<NamedView> views();
  // The number of steps taken, of every group.
  void set_steps(Index steps);
  // Puts it back. Errors: another number, name or shape; nothing is changed then.
  template <class T>
  Result<void> set_state(const TensorList<T>& state, Index steps);

 private:
  struct Group {
    OptimiserState state;
    std::vector<std::size_t> members;  // which params
    double ratio = 1;                  // of its rate to that of `rest`
  };
  // The state tensors in order: f(name, shape, span).
  template <class T, class F>
  void each_state(F&& f);
  template <class T>
  void step_all(Workers& workers, std::span<T* const> parameters, std::span<const T* const> gradients);
  template <class T>
  struct Lists {
    std::vector<T*> parameters;
    std::vector<const T*> gradients;
  };
  template <class T>
  Lists<T>& lists() {
    if constexpr (std::same_as<T, double>) return wide_;
    else return single_;
  }

  std::vector<Group> groups_;
  std::vector<std::string> names_;
  std::vector<Shape> shapes_;
  std::vector<std::pair<std::size_t, std::size_t>> place_;  // of each param: its group, and where in it
  double lr_ = 0;
  Lists<float> single_;
  Lists<double> wide_;
};

}  // namespace plumbline::runtime
