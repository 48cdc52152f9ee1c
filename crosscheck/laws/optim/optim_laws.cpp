// Running the laws of optimisers.
#include "crosscheck/laws/optim/optim_laws.h"

#include "crosscheck/audit/runner.h"
#include "crosscheck/laws/cell_count.h"
#include "crosscheck/laws/evidence.h"

namespace plumbline::crosscheck {

Outcome outcome_of_step(const StepJudgement& s, const std::string& where) {
  Outcome moments = outcome_of(s.moments), parameter = outcome_of(s.parameter);
  if (!moments.message.empty()) moments.message = where + "moments: " + moments.message;
  if (!parameter.message.empty()) parameter.message = where + "parameter: " + parameter.message;
  Outcome out = graver(moments.verdict, parameter.verdict) == moments.verdict ? moments : parameter;
  Judgement both = s.moments;
  join(both, s.parameter);
  out.judgement = both;
  return out;
}

namespace {

Outcome guarded(const OptimLaw& law, const OptimCase& c, OptimSubject& subject, const JudgeOptions& options) {
  try {
    return law.check(c, subject, options);
  } catch (const std::exception& e) {
    Outcome o;
    o.verdict = Verdict::crash, o.message = spec::concat("exception: ", e.what());
    return o;
  }
}

}  // namespace

std::vector<std::unique_ptr<OptimLaw>> all_optim_laws() {
  std::vector<std::unique_ptr<OptimLaw>> laws;
  laws.push_back(optim_step_law());
  laws.push_back(optim_chain_law());
  laws.push_back(optim_refusal_law());
  return laws;
}

void run_optim_laws(const StepOptions& options, OptimSubject& subject, Report& report) {
  for (const spec::Optimiser& kind : spec::all_optimisers())
    for (const auto& law : all_optim_laws()) {
      if (!matches(options.op, name_of(kind)) || !matches(options.law, law->name())) continue;
      CellCount count(std::string(name_of(kind)), std::string(law->name()), subject.name(), subject.kernel(kind));
      for (std::uint64_t number = 0; number < options.cases; ++number) {
        const OptimCase c = draw_optim_case(kind, options.seed, number);
        count.add(guarded(*law, c, subject, options.judge),
                  spec::concat("case ", number, " of seed ", options.seed, ": "), report);
      }
      count.close(report);
    }
}

}  // namespace plumbline::crosscheck
