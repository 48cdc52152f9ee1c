// Batches into updates.
#include "runtime/train/stepper.h"

namespace plumbline::runtime::train {

template <Element T>
Result<Stepper<T>> Stepper<T>::create(Runner<T>& runner, const StepperOptions& options) {
  if (options.accumulate < 1)
    return spec::fail("[train] accumulate: found ", options.accumulate, ", expected at least 1 batch");
  Stepper out(runner, options);
  if (options.schedule) {
    auto schedule = ScheduleState::create(*options.schedule);
    if (!schedule) return tl::unexpected(schedule.error());
    out.schedule_ = std::move(*schedule);
  }
  if (auto ok = runner.set_optimiser(options.optimiser, options.learning); !ok) return tl::unexpected(ok.error());
  out.take_rate();
  return out;
}

template <Element T>
Result<StepResult> Stepper<T>::step(const data::Sample& batch) {
  const double rate = lr();
  if (options_.accumulate == 1) {
    const auto loss = runner_->step(batch);
    if (!loss) return tl::unexpected(loss.error());
    if (schedule_ && options_.schedule_per == Per::update) schedule_->step(*loss), take_rate();
    return StepResult{*loss, rate, true};
  }
  const auto loss = runner_->accumulate(batch);
  if (!loss) return tl::unexpected(loss.error());
  waiting_loss_ += *loss;
  const bool full = ++waiting_ == options_.accumulate;
  if (full) flush();
  return StepResult{*loss, rate, full};
}

template <Element T>
bool Stepper<T>::flush() {
  if (waiting_ == 0) return false;
  runner_->apply();
  if (schedule_ && options_.schedule_per == Per::update)
    schedule_->step(waiting_loss_ / static_cast<double>(waiting_)), take_rate();
  waiting_ = 0, waiting_loss_ = 0;
  return true;
}

template <Element T>
void Stepper<T>::end_epoch(double metric) {
  if (schedule_ && options_.schedule_per == Per::epoch) schedule_->step(metric), take_rate();
}

template <Element T>
Result<std::vector<double>> Stepper<T>::steps(std::span<const data::Sample> batches) {
  std::vector<double> out;
  for (const data::Sample& batch : batches) {
    const auto result = step(batch);
    if (!result) return tl::unexpected(result.error());
    out.push_back(result->loss);
  }
  return out;
}

template <Element T>
Result<void> Stepper<T>::set_schedule_position(const std::vector<double>& position) {
  if (!schedule_)
    return position.empty() ? Result<void>() : spec::fail("[train] found ", position.size(),
                                                          " numbers of a schedule, expected none without one");
  if (auto ok = schedule_->set_position(position); !ok) return ok;
  take_rate();
  return {};
}

template class Stepper<float>;
template class Stepper<double>;
template class Stepper<Half>;
template class Stepper<BFloat16>;

}  // namespace plumbline::runtime::train
