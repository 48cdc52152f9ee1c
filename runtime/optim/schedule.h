// Learning rates in double by PyTorch's closed forms, powers by exponent.
#pragma once

#include <vector>

#include "spec/lang/claims.h"
#include "spec/lang/schedule.h"

namespace plumbline::runtime {

using spec::Index;
using spec::Result;

// The rates of one schedule, update after update.
class ScheduleState {
 public:
  // An error if the attributes are out of range.
  static Result<ScheduleState> create(const spec::Schedule& schedule);

  // Of the update that comes next, k = 0, 1, 2, …
  double rate() const;
  // The update is done; `metric` is what reduce_on_plateau looks at.
  void step(double metric = 0);
  Index steps() const { return k_; }
  const spec::Schedule& schedule() const { return schedule_; }

  // Where it is, for a checkpoint: k, and of reduce_on_plateau its rate, its best metric and its two counters.
  std::vector<double> position() const;
  // An error if it is no position: another length, numbers that are no counts.
  Result<void> set_position(const std::vector<double>& position);

 private:
  explicit ScheduleState(const spec::Schedule& schedule) : schedule_(schedule) {}

  spec::Schedule schedule_;
  Index k_ = 0;
  double lr_ = 0, best_ = 0;  // of reduce_on_plateau
  Index bad_ = 0, cooling_ = 0;
};

// binary64 with the cosine and power of glibc.
spec::Claims schedule_claims();

}  // namespace plumbline::runtime
