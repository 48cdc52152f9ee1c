// The second tier on a whole tensor: the mean and the energy of its errors against what the claims allow [tier B7].
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

// One element's error in units of its own deviation s: certainly in [lo, hi], of which at most `allowed` in size may
// be systematic, b/s and what constants share; `sign` is that of the exact value.
struct UnitError {
  double lo = 0, hi = 0, allowed = 0, sign = 1;
  spec::Index at = -1;  // which element of the tensor
  double lever = 0;     // |exact|/s: what a scale of the result moves the error by
};

// What constants may add to every element alike, in units of s [tier B7].
inline constexpr double constants_share = 3;

// What the errors say together. `classes` holds the class of each element of the tensor: classes are independent,
// errors inside one may be anything to one another; empty: each element is a class of its own, the least that a
// suspicion must overcome.
struct EnsembleFinding {
  std::string what;  // `the mean of err/s is 5.2 over 64 independent classes, at most 4.1 may be`
  spec::Index classes = 0;
};
std::optional<EnsembleFinding> suspicious(const std::vector<UnitError>& errors, const std::vector<spec::Index>& classes,
                                          const JudgeOptions& options);

}  // namespace plumbline::crosscheck
