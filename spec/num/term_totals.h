// What the bound on a sum needs to know of its terms, collected in double.
#pragma once

#include <cstdint>

#include "spec/num/roundoff.h"

namespace plumbline::spec {

// With t_k the exact terms and S_k = t_1 + … + t_k:
struct TermTotals {
  Index n = 0;
  double sum = 0;                            // S_n
  double magnitude = 0;                      // Σ(|t_k| + d_k)
  double squares = 0;                        // Σ t_k²
  double partials = 0, partial_squares = 0;  // Σ S_k, Σ S_k²
  double radius = 0;                         // of the enclosures of the terms, summed
  double d = 0, s = 0, b = 0;                // Σ d_k, Σ s_k, Σ b_k: inherited, hence linear
  double fresh = 0;                          // Σ r_k²: each term's own last rounding, independent of the others
  int grid = zero_grid;                      // every t_k is a multiple of 2^grid
  bool on_grid = true;                       // … and error-free
  bool products = false;                     // products of leaves whose roundings are still to be added
  bool unreal = false;                       // a term is a pole, or follows from one
  bool overflow = false;                     // a term may have overflowed or is not judged
};

// Error-free terms on their way into the totals.
struct TermBlock {
  static constexpr Index size = 128;
  static constexpr std::int32_t other = 0, leaf = 1, product = 2;  // kinds; `other` has an error of its own
  Index n = 0;
  alignas(64) double value[size];
  alignas(64) std::int32_t grid[size];
  alignas(64) std::int32_t kind[size];
};

class RunningTotals {
 public:
  // False if a term is of another kind. What follows the last term of the block is overwritten.
  bool add(TermBlock& block);
  // False where the double sums may have overflowed or left the grid of doubles.
  bool finish(Index n, TermTotals& out) const;

 private:
  double sum_ = 0, magnitude_ = 0, squares_ = 0, partials_ = 0, partial_squares_ = 0;
  std::int32_t grid_ = zero_grid;
  bool products_ = false;
};

}  // namespace plumbline::spec
