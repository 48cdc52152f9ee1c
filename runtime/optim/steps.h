// The step of an optimiser of matrices, beside those of single elements.
#pragma once

#include "runtime/optim/optimiser.h"

namespace plumbline::runtime {

// Muon in double, for p [x.rows, n / x.rows].
void muon_step(const spec::Muon& o, const OptimViewOf<float>& x, Index n);
void muon_step(const spec::Muon& o, const OptimViewOf<double>& x, Index n);

}  // namespace plumbline::runtime
