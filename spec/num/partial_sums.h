// The energies Σ S_k² of the partial sums of common orders of summation.
#pragma once

#include <span>

namespace plumbline::spec {

// The largest energy over left folds forwards and backwards, 2 to 64 interleaved lanes and contiguous blocks of 2 to
// 512 terms, each combined by a left fold, and the pairwise tree [tier2 B3].
double worst_energy(std::span<const double> terms);

}  // namespace plumbline::spec
