// Samples that take more than a line: quantiles of a truncated normal law, and orthogonal factors.
#pragma once

#include <vector>

#include "spec/lang/initialiser.h"

namespace plumbline::runtime {

using spec::Index;

// The normal law (mean, std) on condition that x lies in [a, b].
class TruncatedNormal {
 public:
  explicit TruncatedNormal(const spec::TruncatedNormalInit& s);
  // x with F(x) = u, in binary64; a for u = 0.
  double quantile(double u) const;

 private:
  // The share of the mass that lies below z deviations.
  double share(double z) const;

  double mean_, std_, alpha_, beta_, mass_ = 1;
};

// g [rows, columns] becomes Q of g = Q R with orthonormal columns and R_ii ≥ 0; of its transpose where it is wide, so
// that rows are orthonormal. Householder reflections in binary64.
void orthogonal(std::vector<double>& g, Index rows, Index columns);

}  // namespace plumbline::runtime
