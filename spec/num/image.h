// How far f(x + e) can be from f(x): the image of an enclosure under each elementary function, [image B1] to [image
// B12].
#pragma once

namespace plumbline::spec::image {

// Upper bounds on e^x and on e^x − 1 (x ≥ 0), from the code of [approx B3].
double exp_up(double x);
double expm1_up(double x);

// sup |f(x + e) − f(x)| over lo ≤ x ≤ hi, |e| ≤ d, rounded up; +inf where x + e may leave the domain of f.
double sqrt(double lo, double hi, double d);
double exp(double lo, double hi, double d);
double exp2(double lo, double hi, double d);
double expm1(double lo, double hi, double d);
double log(double lo, double hi, double d);
double log2(double lo, double hi, double d);
double log1p(double lo, double hi, double d);
double sin(double lo, double hi, double d);
double cos(double lo, double hi, double d);
double atan(double lo, double hi, double d);
double cbrt(double lo, double hi, double d);
double tanh(double lo, double hi, double d);
double erf(double lo, double hi, double d);
double reciprocal(double lo, double hi, double d);
// sup |(x + a)^(y + b) − x^y| over |a| ≤ dx, |b| ≤ dy, relative to nothing; `power` bounds |x^y| from above.
double pow(double xlo, double xhi, double dx, double ylo, double yhi, double dy, double power);

}  // namespace plumbline::spec::image
