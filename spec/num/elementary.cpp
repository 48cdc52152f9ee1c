// exp by Cody and Waite's reduction and a Taylor polynomial; log by the series of 2·artanh; log1p from it.
#include "spec/num/elementary.h"

#include <initializer_list>

namespace plumbline::spec::elementary {

namespace {
constexpr double ln2_hi = 0x1.62e42fefa39efp-1, ln2_lo = 0x1.abc9e3b39803fp-56, inverse_ln2 = 0x1.71547652b82fep+0;

double scaled(double x, int k) {  // x·2^k, one rounding
  if (k >= -1021 && k <= 1023) return x * upward::power_of_two(k);
  return std::ldexp(x, k);
}
// 2·artanh(f), |f| ≤ 0.1717
double twice_artanh(double f) {
  const double f2 = f * f;
  double p = 1.0 / 23;
  for (double c : {1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3})
    p = std::fma(p, f2, c);
  return 2 * std::fma(p * f2, f, f);
}
}  // namespace

double exp(double x) {
  if (x > 709.79) return upward::infinity;
  if (x < -745.2) return 0;
  const double k = std::floor(x * inverse_ln2 + 0.5);
  const double r = std::fma(-k, ln2_lo, std::fma(-k, ln2_hi, x));  // |r| ≤ 0.3467
  double p = 1.0 / 6227020800;
  for (double c : {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720,
                   1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0})
    p = std::fma(p, r, c);
  return scaled(p, static_cast<int>(k));
}

double log(double x) {
  int k = 0;
  double m = std::frexp(x, &k);
  if (m < 0x1.6a09e667f3bcdp-1) m *= 2, --k;  // √½ ≤ m ≤ √2
  return std::fma(k, ln2_hi, std::fma(k, ln2_lo, twice_artanh((m - 1) / (m + 1))));
}

double log1p(double x) { return x < -0.29 || x > 0.41 ? log(1 + x) : twice_artanh(x / (2 + x)); }

}  // namespace plumbline::spec::elementary
