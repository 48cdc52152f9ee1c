// Laws of optimisers: the float step and the state that it leaves, within the bounds of the exact formula.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crosscheck/laws/init/init_law.h"
#include "spec/lang/optimiser.h"

namespace plumbline::crosscheck {

// One parameter with its moments, element by element; moments that the optimiser does not keep are empty.
struct OptimTensors {
  Values p, buf, m, v, top;
  // One of the moments by its name; they are what spec::state_names lists.
  const Values& moment(std::string_view name) const {
    return name == "buf" ? buf : name == "m" ? m : name == "v" ? v : top;
  }
  Values& moment(std::string_view name) { return const_cast<Values&>(std::as_const(*this).moment(name)); }
};

class OptimSubject {
 public:
  virtual ~OptimSubject() = default;
  virtual std::string name() const = 0;
  // The state after step t = 1, 2, … with gradient g. The new parameter is computed from the new moments as stored.
  virtual spec::Result<OptimTensors> step(const spec::Optimiser& optimiser, spec::Index t, const OptimTensors& old,
                                          const Values& g) = 0;
  virtual spec::Claims claims(const spec::Optimiser& optimiser) const = 0;
  virtual std::string kernel(const spec::Optimiser& optimiser) const = 0;
};
std::shared_ptr<OptimSubject> cpu_optim_subject();
// The same steps on float64, named `cpu-f64`.
std::shared_ptr<OptimSubject> cpu_optim_subject_f64();

struct OptimCase {
  spec::Optimiser optimiser;
  spec::Index t = 1;  // of the first step
  OptimTensors state;
  std::vector<Values> gradients;  // one for each step
  std::uint64_t number = 0;
};
OptimCase draw_optim_case(const spec::Optimiser& kind, std::uint64_t seed, std::uint64_t number);

// The new moments and the new parameter of one step, each judged on the subject's own floats.
struct StepJudgement {
  Judgement moments, parameter;
  std::vector<Judgement> by_moment;  // of one step: in the order of spec::state_names
};
StepJudgement judge_step(const spec::Optimiser& optimiser, spec::Index t, const OptimTensors& old, const Values& g,
                         const OptimTensors& got, const spec::Claims& claims, const JudgeOptions& options);

// The state after all steps of a case, judged end to end: errors compound from the first state on.
StepJudgement judge_chain(const OptimCase& c, const OptimTensors& got, const spec::Claims& claims,
                          const JudgeOptions& options);

class OptimLaw {
 public:
  virtual ~OptimLaw() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;
  virtual Outcome check(const OptimCase& c, OptimSubject& subject, const JudgeOptions& options) const = 0;
};
// optim_step, optim_chain, optim_refusal.
std::vector<std::unique_ptr<OptimLaw>> all_optim_laws();

// Whoever clips gradients before a step.
class ClipSubject {
 public:
  virtual ~ClipSubject() = default;
  virtual std::string name() const = 0;
  virtual spec::Result<std::vector<Values>> clip(const spec::GradientClip& how,
                                                 const std::vector<Values>& gradients) = 0;
  virtual spec::Claims claims() const = 0;
};
std::shared_ptr<ClipSubject> cpu_clip_subject();
// Case `number` of law clip_gradients.
Outcome check_clip(const spec::GradientClip& kind, std::uint64_t seed, std::uint64_t number, ClipSubject& subject,
                   const JudgeOptions& options);
// Law clip_gradients: adds a cell for each way of clipping, and what was found.
void run_clip_laws(const StepOptions& options, ClipSubject& subject, Report& report);

// Adds a cell for each optimiser and law, and what was found.
void run_optim_laws(const StepOptions& options, OptimSubject& subject, Report& report);

}  // namespace plumbline::crosscheck
