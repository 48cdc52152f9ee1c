// Laws of initialisers: initial values bit for bit, their distribution, independence of streams, plans.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/laws/law.h"
#include "crosscheck/report/report.h"
#include "spec/layers/init_plan.h"

namespace plumbline::crosscheck {

// Whoever fills parameters: our runtime, or a planted bug.
class InitSubject {
 public:
  virtual ~InitSubject() = default;
  virtual std::string name() const = 0;
  // The initial value of each parameter of the plan, in order; an error names the parameter.
  virtual spec::Result<std::vector<Values>> initialise(const spec::InitPlan& plan) = 0;
  // Refuses a list from outside that differs from the plan, naming the first parameter that does.
  virtual spec::Result<void> check(const spec::InitPlan& plan, const std::vector<spec::NamedShape>& given) = 0;
  // Of the kernel that computes `normal`; all other schemes are the same bits everywhere.
  virtual spec::Claims claims() const = 0;
};
std::shared_ptr<InitSubject> cpu_init_subject();

// Options that the laws of initialisers and optimisers share.
struct StepOptions {
  std::uint64_t seed = 1;
  std::uint64_t cases = 20;         // for each scheme or optimiser, and law
  std::string op = "*", law = "*";  // globs
  JudgeOptions judge;
};

// A plan of a few parameters of one scheme.
struct InitCase {
  spec::InitPlan plan;
  std::uint64_t number = 0;
};
// `large`: enough samples for statistics.
InitCase draw_init_case(const spec::Initialiser& scheme, std::uint64_t seed, std::uint64_t number, bool large);

class InitLaw {
 public:
  virtual ~InitLaw() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;
  virtual bool applies(const spec::Initialiser& scheme) const = 0;
  virtual bool statistical() const { return false; }
  // `tests` is how often the law is asked in the whole run: a statistical one spends its part of the false alarms.
  virtual Outcome check(const InitCase& c, InitSubject& subject, const JudgeOptions& options, double tests) const = 0;
};
// init_values, init_distribution, init_independence, init_plan.
std::vector<std::unique_ptr<InitLaw>> all_init_laws();

// One parameter's initial value: the bits of its scheme, or, for `normal`, within the bound of the exact image.
Judgement judge_initial(const spec::InitPlan& plan, const spec::PlannedParameter& p, const Values& got,
                        const spec::Claims& claims, const JudgeOptions& options);

// Adds a cell for each scheme and law, and what was found.
void run_init_laws(const StepOptions& options, InitSubject& subject, Report& report);

}  // namespace plumbline::crosscheck
