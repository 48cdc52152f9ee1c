// Elementary functions of Approx at points, by series in Approx's own arithmetic [approx B5].
#pragma once

#include "spec/num/approx.h"

namespace plumbline::spec::series {

// The operand must be a point (error 0); each result encloses the function's value there.
Approx exp(const Approx& x);     // |x| ≤ 746
Approx expm1(const Approx& x);   // |x| ≤ 746
Approx log(const Approx& x);     // x > 0
Approx log1p(const Approx& x);   // −0.29 ≤ x ≤ 0.41
Approx tanh(const Approx& x);    // |x| ≤ 373
inline constexpr double erf_range = 6;
Approx erf(const Approx& x);     // |x| ≤ 6
Approx erfc(const Approx& x);    // |x| ≤ 6

}  // namespace plumbline::spec::series
