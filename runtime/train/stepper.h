// Stepper: a runner with an optimiser, a schedule and a count of updates, ready for the next batch.
#pragma once

#include "runtime/train/runner.h"

namespace plumbline::runtime::train {

enum class Per : std::uint8_t { update, epoch };

struct StepperOptions {
  optim::Config optimiser = optim::sgd({.lr = 0.01});
  LearningOptions learning = {};
  std::optional<spec::Schedule> schedule = {};  // its rate replaces that of the optimiser
  Per schedule_per = Per::update;
  Index accumulate = 1;  // batches whose gradients are averaged, at one point of the params, for each update
};

struct StepResult {
  double loss = 0, lr = 0;
  bool updated = true;
};

// The runner must outlive it, and gets the optimiser.
template <Element T = float>
class Stepper {
 public:
  static Result<Stepper> create(Runner<T>& runner, const StepperOptions& options = {});

  // One batch. An error leaves params, moments and schedule as they were.
  Result<StepResult> step(const data::Sample& batch);
  // One batch after another; the losses.
  Result<std::vector<double>> steps(std::span<const data::Sample> batches);
  // An update by what was accumulated, however few batches; false where nothing was.
  bool flush();
  // The end of an epoch, for schedules by epoch; `metric` is what reduce_on_plateau looks at.
  void end_epoch(double metric);

  Runner<T>& runner() { return *runner_; }
  Index updates() const { return runner_->optimiser().steps(); }
  double lr() const { return runner_->optimiser().lr(); }
  Index waiting() const { return waiting_; }  // batches that were accumulated since the last update
  const std::optional<ScheduleState>& schedule() const { return schedule_; }
  Result<void> set_schedule_position(const std::vector<double>& position);

 private:
  Stepper(Runner<T>& runner, const StepperOptions& options) : runner_(&runner), options_(options) {}
  void take_rate() {
    if (schedule_) runner_->optimiser().set_lr(schedule_->rate());
  }
  Runner<T>* runner_;
  StepperOptions options_;
  std::optional<ScheduleState> schedule_;
  Index waiting_ = 0;
  double waiting_loss_ = 0;
};

}  // namespace plumbline::runtime::train
