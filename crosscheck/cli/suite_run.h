// A whole run: the laws on ops and graphs, on initialisers and on optimisers, in one report.
#pragma once

#include "crosscheck/audit/runner.h"

namespace plumbline::crosscheck {

Report run_everything(const Suite& suite);

}  // namespace plumbline::crosscheck
