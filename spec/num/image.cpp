// The image of an enclosure under each elementary function, in closed form and rounded up.
#include "spec/num/image.h"

#include <algorithm>

#include "spec/num/elementary.h"

namespace plumbline::spec::image {

using namespace upward;

namespace {
constexpr double two_over_root_pi = 0x1.20dd750429b6ep+0;  // above 2/√π
constexpr double ln2_below = 0x1.62e42fefa39efp-1, ln2_above = 0x1.62e42fefa39f0p-1;
constexpr double inverse_ln2_above = 0x1.71547652b82ffp+0, pi_above = 0x1.921fb54442d19p+1;

// ∛x for x ≥ 0 from above and from below: a guess on the safe side, which its own cube confirms.
double cbrt_up(double x) {
  if (x == 0 || !(x < infinity)) return x;
  int e = 0;
  double m = std::frexp(x, &e);
  for (; e % 3 != 0; ++e) m /= 2;
  const double root = std::cbrt(m) * (1 + 0x1p-44);
  return mul_down(mul_down(root, root), root) >= m ? std::ldexp(root, e / 3) : infinity;
}
double cbrt_down(double x) {
  if (x == 0 || !(x < infinity)) return x;
  int e = 0;
  double m = std::frexp(x, &e);
  for (; e % 3 != 0; ++e) m /= 2;
  const double root = std::cbrt(m) * (1 - 0x1p-44);
  return upward::mul(upward::mul(root, root), root) <= m ? std::ldexp(root, e / 3) : 0;
}
double exp2_up(double x) { return exp_up(x > 0 ? upward::mul(x, ln2_above) : -mul_down(-x, ln2_below)); }

double smallest_magnitude(double lo, double hi) { return lo > 0 ? lo : hi < 0 ? -hi : 0; }
double largest_magnitude(double lo, double hi) { return std::max(std::abs(lo), std::abs(hi)); }

// −log(1 − t) ≤ t + t²/(2(1 − t)) for 0 ≤ t < 1
double minus_log_complement(double t) {
  const double rest = sub_down(1, t);
  if (!(rest > 0)) return infinity;
  return upward::add(t, upward::div(upward::mul(t, t), 2 * rest));
}
double log_up(double x) {  // |log x| from above, x > 0
  if (!(x > 0) || !(x < infinity)) return infinity;
  return upward::mul(std::abs(elementary::log(x)), 1 + 2 * elementary::log_error);
}
double power_up(double x, double n) {  // x^n from above, x ≥ 0, n = 0, 1, 2, …
  double result = 1;
  if (n > 1 << 20) return infinity;
  for (auto k = static_cast<unsigned>(n); k > 0; k >>= 1) {
    if (k & 1) result = upward::mul(result, x);
    x = upward::mul(x, x);
  }
  return result;
}
}  // namespace

double exp_up(double x) {
  const double y = elementary::exp(x);
  if (!(y < infinity)) return infinity;
  return upward::add(upward::mul(y, 1 + 2 * elementary::exp_error), 2 * tiny);
}

// e^x − 1 ≤ x + x²/2 + x³/6·e^x; for large x the last term alone would be loose, and e^x − 1 itself is sharp
double expm1_up(double x) {
  if (x == 0) return 0;
  if (!(x < infinity)) return infinity;
  if (x > 0.25) return upward::sub(exp_up(x), 1);
  const double cubic = upward::mul(upward::mul(x, upward::mul(x, x)), upward::mul(0x1.5555555555556p-3, exp_up(x)));
  return upward::add(x, upward::mul(x, x) / 2 + tiny, cubic);
}

double sqrt(double lo, double, double d) {  // [image B1]
  if (d == 0) return 0;
  const double edge = sub_down(lo, d);
  if (!(edge >= 0)) return infinity;
  return upward::div(d, (std::sqrt(edge) + std::sqrt(lo)) * (1 - 0x1p-50));
}

double exp(double, double hi, double d) {  // [image B2]
  if (d == 0) return 0;
  return std::min(upward::mul(exp_up(hi), expm1_up(d)), exp_up(upward::sub(hi, -d)));
}

double exp2(double, double hi, double d) {  // [image B9]
  if (d == 0) return 0;
  return std::min(upward::mul(exp2_up(hi), expm1_up(upward::mul(d, ln2_above))), exp2_up(upward::sub(hi, -d)));
}

double expm1(double lo, double hi, double d) { return exp(lo, hi, d); }

double log(double lo, double, double d) {  // [image B3]
  if (d == 0) return 0;
  return lo > d ? minus_log_complement(upward::div(d, lo)) : infinity;
}

double log2(double lo, double hi, double d) { return upward::mul(log(lo, hi, d), inverse_ln2_above); }  // [image B10]

double log1p(double lo, double hi, double d) { return log(lowered(1 + lo), raised(1 + hi), d); }

double sin(double, double, double d) { return std::min(d, 2.0); }  // [image B4]

double cos(double lo, double hi, double d) {
  const double slope = upward::mul(largest_magnitude(lo, hi), d);
  return std::min({d, 2.0, upward::add(slope, upward::mul(d, d) / 2 + (d == 0 ? 0 : tiny))});
}

double tanh(double lo, double hi, double d) {  // [image B5]
  if (d == 0) return 0;
  const double y = sub_down(smallest_magnitude(lo, hi), d);
  if (!(y > 0)) return std::min(d, 2.0);
  const double e = exp_up(-2 * y), q = (1 + e) * narrower;
  return std::min({d, 2.0, upward::mul(d, upward::div(4 * e, q * q * narrower))});
}

double atan(double lo, double hi, double d) {  // [image B11]
  if (d == 0) return 0;
  const double y = std::max(0.0, sub_down(smallest_magnitude(lo, hi), d));
  return std::min({d, pi_above, upward::div(d, (1 + y * y * narrower) * narrower)});
}

double cbrt(double lo, double hi, double d) {  // [image B12]
  if (d == 0) return 0;
  const double widest = cbrt_up(4 * d), m = smallest_magnitude(lo, hi), edge = sub_down(m, d);
  if (!(edge > 0)) return widest;
  const double a = cbrt_down(edge), b = cbrt_down(m), room = (a * a + a * b + b * b) * (1 - 0x1p-50);
  return room > 0 ? std::min(widest, upward::div(d, room)) : widest;
}

double erf(double lo, double hi, double d) {  // [image B6]
  if (d == 0) return 0;
  const double y = std::max(0.0, sub_down(smallest_magnitude(lo, hi), d));
  return std::min(2.0, upward::mul(d, upward::mul(two_over_root_pi, exp_up(-mul_down(y, y)))));
}

double reciprocal(double lo, double hi, double d) {  // [image B7]
  if (d == 0) return 0;
  const double m = smallest_magnitude(lo, hi), edge = sub_down(m, d);
  return edge > 0 ? upward::div(upward::div(d, edge), m) : infinity;
}

namespace {
// |(x + a)^n − x^n| for an integer n
double integer_power(double xlo, double xhi, double dx, double n, double power) {
  if (dx == 0 || n == 0) return 0;
  const double m = smallest_magnitude(xlo, xhi);
  if (n < 0)
    return m > dx ? upward::mul(power, expm1_up(upward::mul(-n, minus_log_complement(upward::div(dx, m))))) : infinity;
  const double slope = upward::mul(n, upward::mul(dx, power_up(upward::add(largest_magnitude(xlo, xhi), dx), n - 1)));
  if (m == 0) return slope;
  return std::min(slope, upward::mul(power, expm1_up(upward::mul(n, upward::div(dx, m)))));
}
}  // namespace

double pow(double xlo, double xhi, double dx, double ylo, double yhi, double dy, double power) {  // [image B8]
  if (ylo == yhi && dy == 0 && ylo == std::floor(ylo)) return integer_power(xlo, xhi, dx, ylo, power);
  if (dx == 0 && dy == 0) return 0;
  if (!(xlo > dx)) return infinity;
  const double edge = log(xlo, xhi, dx), y = largest_magnitude(ylo, yhi);
  const double log_x = std::max(log_up(xlo), log_up(xhi));
  return upward::mul(power, expm1_up(upward::add(upward::mul(upward::add(y, dy), edge), upward::mul(dy, log_x))));
}

}  // namespace plumbline::spec::image
