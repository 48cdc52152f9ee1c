// optim_chain: after several steps the state lies within the compounded bound.
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/optim/optim_laws.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

class OptimChain final : public OptimLaw {
 public:
  std::string_view name() const override { return "optim_chain"; }
  std::string_view summary() const override {
    return "after several steps the state lies within the compounded bound of the exact formula";
  }
  Outcome check(const OptimCase& c, OptimSubject& subject, const JudgeOptions& options) const override {
    OptimTensors state = c.state;
    for (std::size_t k = 0; k < c.gradients.size(); ++k) {
      auto next = subject.step(c.optimiser, c.t + static_cast<Index>(k), state, c.gradients[k]);
      if (!next) return failed(spec::concat(print(c.optimiser), ": refused: ", next.error().what()));
      state = std::move(*next);
    }
    JudgeOptions judging = options;
    judging.tier = Tier::proof;  // the roundings of one step reach the next ones: they are not independent
    return outcome_of_step(judge_chain(c, state, subject.claims(c.optimiser), judging),
                           spec::concat(print(c.optimiser), ", steps ", c.t, " on: "));
  }
};

}  // namespace

std::unique_ptr<OptimLaw> optim_chain_law() { return std::make_unique<OptimChain>(); }

}  // namespace plumbline::crosscheck
