// The laws of optimisers one by one; each is made in the file of its name.
#pragma once

#include "crosscheck/laws/optim/optim_law.h"

namespace plumbline::crosscheck {

std::unique_ptr<OptimLaw> optim_step_law();
std::unique_ptr<OptimLaw> optim_chain_law();
std::unique_ptr<OptimLaw> optim_refusal_law();

// The graver of the two judgements, and what both counted.
Outcome outcome_of_step(const StepJudgement& s, const std::string& where);

}  // namespace plumbline::crosscheck
