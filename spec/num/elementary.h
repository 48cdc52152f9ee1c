// exp and log in double with proven error bounds, for images and as first guesses; nothing here trusts a libm.
#pragma once

#include "spec/num/upward.h"

namespace plumbline::spec::elementary {

// |computed − exact| ≤ 2^-50·|computed| + 2^-1074 for |x| ≤ 745 [approx B3]; +inf above 709.78, 0 below −745.2.
inline constexpr double exp_error = 0x1p-50, log_error = 0x1p-50;
double exp(double x);
// x > 0, finite: |computed − exact| ≤ 2^-50·|computed| [approx B4]; log(1) = 0.
double log(double x);

// x > −1: a good guess.
double log1p(double x);

}  // namespace plumbline::spec::elementary
