// exp, log and their kin in double with proven error bounds, for the filter; nothing here trusts a libm.
#pragma once

#include "spec/num/upward.h"

namespace plumbline::spec::elementary {

// |computed − exact| ≤ 2^-50·|computed| + 2^-1074 for |x| ≤ 745 [approx B3]; +inf above 709.78, 0 below −745.2.
inline constexpr double exp_error = 0x1p-50, log_error = 0x1p-50;
double exp(double x);
// x > 0, finite: |computed − exact| ≤ 2^-50·|computed| [approx B4]; log(1) = 0.
double log(double x);

// Relative error of at most 2^-49 [approx B5], with 2^-1074 more near zero. log1p: x > −1.
inline constexpr double expm1_error = 0x1p-49, log1p_error = 0x1p-49, tanh_error = 0x1p-47, erf_error = 0x1p-44;
double expm1(double x);
double log1p(double x);
// At most 2^-47 [approx B6].
double tanh(double x);
// |x| ≤ 3: at most 2^-44 [approx B7].
inline constexpr double erf_range = 3;
double erf(double x);

}  // namespace plumbline::spec::elementary
