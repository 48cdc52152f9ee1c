// The partial sums S_k of common orders of summation: their energies Σ S_k² and magnitudes Σ|S_k|.
#pragma once

#include <span>

namespace plumbline::spec {

// The largest energy over left folds forwards and backwards, 2 to 64 interleaved lanes and contiguous blocks of 2 to
// 512 terms, each combined by a left fold, and the pairwise tree [tier B3].
double worst_energy(std::span<const double> terms);

// Left folds of interleaved lanes: Σ|S_k| over the partial sums of all lanes, and Σ|T| over the lanes' totals. The
// doubles are not rounded up; their error is that of adding at most n doubles of total magnitude Σ|t|.
struct LaneMagnitudes {
  double partials = 0, totals = 0;
};
LaneMagnitudes lane_magnitudes(std::span<const double> terms, std::size_t lanes);

}  // namespace plumbline::spec
