// optim_step: each step lies within the bound of the exact formula on its own floats.
#include "crosscheck/audit/runner.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/optim/optim_laws.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

class OptimStep final : public OptimLaw {
 public:
  std::string_view name() const override { return "optim_step"; }
  std::string_view summary() const override {
    return "each step's moments and parameter lie within the bound of the exact formula on its own floats";
  }
  Outcome check(const OptimCase& c, OptimSubject& subject, const JudgeOptions& options) const override {
    Outcome all;
    OptimTensors state = c.state;
    for (std::size_t k = 0; k < c.gradients.size(); ++k) {
      const Index t = c.t + static_cast<Index>(k);
      const auto next = subject.step(c.optimiser, t, state, c.gradients[k]);
      if (!next) return failed(spec::concat(print(c.optimiser), ": refused: ", next.error().what()));
      JudgeOptions judging = options;
      judging.vacuity = options.vacuity && k == 0;
      const auto judged =
          judge_step(c.optimiser, t, state, c.gradients[k], *next, subject.claims(c.optimiser), judging);
      Outcome one = outcome_of_step(judged, spec::concat(print(c.optimiser), ", step ", t, ": "));
      join(one.judgement, all.judgement);
      if (one.verdict == Verdict::pass && all.verdict != Verdict::pass)
        one.verdict = all.verdict, one.message = all.message;
      all = std::move(one);
      if (is_finding(all.verdict)) return all;
      state = *next;
    }
    return all;
  }
};

}  // namespace

std::unique_ptr<OptimLaw> optim_step_law() { return std::make_unique<OptimStep>(); }

}  // namespace plumbline::crosscheck
