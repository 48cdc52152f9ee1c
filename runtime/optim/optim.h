// The optimisers by name, as configurations and as objects that change parameter lists.
//
//   auto adam = optim::Optimiser<float>::create(optim::adam({.lr = 1e-3}), params, {.clip = spec::ClipGradNorm{1}});
//   adam->step(params, grads);
#pragma once

#include <optional>

#include "runtime/optim/groups.h"
#include "runtime/optim/schedule.h"
#include "runtime/tlist/tlist.h"

namespace plumbline::runtime::optim {

using Config = spec::Optimiser;

inline Config sgd(const spec::Sgd& o = {}) { return o; }
inline Config momentum(const spec::Momentum& o = {}) { return o; }
inline Config nesterov(const spec::Nesterov& o = {}) { return o; }
inline Config adam(const spec::Adam& o = {}) { return o; }
inline Config adamw(const spec::Adamw& o = {}) { return o; }
inline Config amsgrad(const spec::Amsgrad& o = {}) { return o; }
inline Config rmsprop(const spec::Rmsprop& o = {}) { return o; }
inline Config adagrad(const spec::Adagrad& o = {}) { return o; }
inline Config adadelta(const spec::Adadelta& o = {}) { return o; }
inline Config adamax(const spec::Adamax& o = {}) { return o; }
inline Config nadam(const spec::Nadam& o = {}) { return o; }
inline Config lion(const spec::Lion& o = {}) { return o; }
inline Config muon(const spec::Muon& o = {}) { return o; }

struct Options {
  std::vector<ParameterGroup> groups = {};
  std::optional<spec::GradientClip> clip = {};
  std::optional<spec::Schedule> schedule = {};  // its rate replaces that of the configuration
  int threads = 1;
};

// What an optimiser is between two steps.
template <class T>
struct State {
  TensorList<T> moments;         // `0.weight.m`, …
  Index steps = 0;
  std::vector<double> schedule;  // its position; empty without one
};

template <class T = float>
class Optimiser {
 public:
  // For params of these names and shapes. Errors: attributes out of range, a pattern that matches no param.
  static Result<Optimiser> create(const Config& config, const TensorList<T>& params, const Options& options = {});

  // The next step on the params. `metric` is what reduce_on_plateau looks at. An error if a list is not alike the
  // params of the beginning; nothing is changed then.
  Result<void> step(TensorList<T>& params, const TensorList<T>& gradients, double metric = 0);

  double lr() const { return groups_.lr(); }
  void set_lr(double lr) { groups_.set_lr(lr); }
  Index steps() const { return groups_.steps(); }
  State<T> state();
  Result<void> set_state(const State<T>& state);

 private:
  explicit Optimiser(OptimiserGroups groups) : groups_(std::move(groups)) {}
  OptimiserGroups groups_;
  tlist::Signature like_;
  std::optional<spec::GradientClip> clip_;
  std::optional<ScheduleState> schedule_;
  std::shared_ptr<Workers> workers_;
};

}  // namespace plumbline::runtime::optim
