// The law of schedules: the rate of every update lies within the bound of the exact formula.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crosscheck/laws/init/init_law.h"
#include "spec/lang/schedule.h"

namespace plumbline::crosscheck {

// Whoever computes rates: our runtime, or a planted bug.
class ScheduleSubject {
 public:
  virtual ~ScheduleSubject() = default;
  virtual std::string name() const = 0;
  // The rates of updates 0 … n, n the number of metrics, each known before the next update.
  virtual spec::Result<std::vector<double>> rates(const spec::Schedule& schedule,
                                                  const std::vector<double>& metrics) = 0;
  virtual spec::Claims claims() const = 0;
};
std::shared_ptr<ScheduleSubject> cpu_schedule_subject();

struct ScheduleCase {
  spec::Schedule schedule;
  std::vector<double> metrics;  // of each update
};
ScheduleCase draw_schedule_case(const spec::Schedule& kind, std::uint64_t seed, std::uint64_t number);

// schedule_rates: every rate is right, a warm-up never begins with 0, and attributes out of range are refused.
Outcome check_schedule(const ScheduleCase& c, ScheduleSubject& subject, const JudgeOptions& options);

// Adds a cell for each schedule, and what was found.
void run_schedule_laws(const StepOptions& options, ScheduleSubject& subject, Report& report);

}  // namespace plumbline::crosscheck
