// The laws of initialisers one by one; each is made in the file of its name.
#pragma once

#include "crosscheck/laws/init/init_law.h"

namespace plumbline::crosscheck {

std::unique_ptr<InitLaw> init_values_law();
std::unique_ptr<InitLaw> init_distribution_law();
std::unique_ptr<InitLaw> init_independence_law();
std::unique_ptr<InitLaw> init_plan_law();

}  // namespace plumbline::crosscheck
