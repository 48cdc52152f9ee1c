// Elementary functions of Approx: the function at the centre, its own error, and the image of the radius.
#include <mpfr.h>

#include <algorithm>

#include "spec/num/approx.h"
#include "spec/num/elementary.h"
#include "spec/num/image.h"

namespace plumbline::spec {

namespace {

using upward::infinity;

constexpr mpfr_prec_t double_precision = 53;

// Scratch of one thread; it holds nothing between calls, and its precision never changes.
struct Scratch {
  mpfr_t x, y, z;
  Scratch() { mpfr_inits2(double_precision, x, y, z, static_cast<mpfr_ptr>(nullptr)); }
  ~Scratch() { mpfr_clears(x, y, z, static_cast<mpfr_ptr>(nullptr)); }
};
Scratch& scratch() {
  thread_local Scratch s;
  return s;
}

// The double nearest to MPFR's correctly rounded result, and a bound on its error [approx B2].
Approx rounded(mpfr_srcptr z, int ternary) {
  const double c = mpfr_get_d(z, MPFR_RNDN);
  if (!std::isfinite(c)) return Approx::in(std::isnan(c) ? Known::nan : Known::nothing);
  const bool exact = ternary == 0 && mpfr_cmp_d(z, c) == 0;
  return Approx::within(c, exact ? 0 : std::abs(c) * 0x1p-53 + 2 * upward::tiny);
}

using MpfrFunction = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

Approx at_centre(MpfrFunction f, double x) {
  Scratch& s = scratch();
  mpfr_set_d(s.x, x, MPFR_RNDN);
  const int ternary = f(s.z, s.x, MPFR_RNDN);
  return rounded(s.z, ternary);
}

// f(centre) ± its own error ± the image of the radius.
Approx widened(const Approx& centre, double image) {
  if (!centre.is_value() || image == 0) return centre;
  return Approx::within(centre.centre(), upward::add(centre.radius(), image));
}

using Image = double (*)(double, double, double);

Approx entire(MpfrFunction f, Image image, const Approx& x) {
  if (!x.is_value()) return x.known() == Known::nan ? x : Approx::in(Known::nothing);
  return widened(at_centre(f, x.centre()), image(x.centre(), x.centre(), x.radius()));
}

// Our own code at the centre, with its relative error.
Approx ours(double (*f)(double), double x, double relative) {
  if (x == 0) return Approx(0.0);
  const double c = f(x);
  return Approx::within(c, std::abs(c) * relative * upward::wider + 2 * upward::tiny);
}

// What log and its kin are where x is not certainly inside the domain (edge, ∞); nothing for a proper argument.
std::optional<Approx> outside(const Approx& x, double edge) {
  if (x.known() == Known::nan) return x;
  if (!x.is_value()) return Approx::in(Known::nothing);
  if (x.is_exact() && x.centre() == edge) return Approx::in(Known::pole);
  if (upper(x) < edge) return Approx::in(Known::nan);
  if (lower(x) <= edge) return Approx::in(Known::nothing);
  return std::nullopt;
}

}  // namespace

Approx sqrt(const Approx& x) {
  if (!x.is_value()) return x.known() == Known::nan ? x : Approx::in(Known::nothing);
  if (upper(x) < 0) return Approx::in(Known::nan);
  if (lower(x) < 0) return Approx::in(Known::nothing);
  const double c = std::sqrt(x.centre());
  const bool exact = x.centre() == 0 || (x.centre() >= 0x1p-900 && std::fma(-c, c, x.centre()) == 0);
  const double own = exact ? 0 : c * 0x1p-53;  // correctly rounded, and far from subnormal
  return widened(Approx::within(c, own), image::sqrt(x.centre(), x.centre(), x.radius()));
}

Approx exp(const Approx& x) {
  if (!x.is_value()) return x.known() == Known::nan ? x : Approx::in(Known::nothing);
  if (x.centre() == 0 && x.radius() == 0) return Approx(1.0);
  const double c = elementary::exp(x.centre());
  const double own = c * elementary::exp_error * upward::wider + 2 * upward::tiny;
  return widened(Approx::within(c, own), image::exp(x.centre(), x.centre(), x.radius()));
}

Approx log(const Approx& x) {
  if (auto edge = outside(x, 0)) return *edge;
  const double c = elementary::log(x.centre());
  const double own = std::abs(c) * elementary::log_error;
  return widened(Approx::within(c, own), image::log(x.centre(), x.centre(), x.radius()));
}

Approx log2(const Approx& x) {
  if (auto edge = outside(x, 0)) return *edge;
  return widened(at_centre(mpfr_log2, x.centre()), image::log2(x.centre(), x.centre(), x.radius()));
}

Approx log1p(const Approx& x) {
  if (auto edge = outside(x, -1)) return *edge;
  return widened(ours(elementary::log1p, x.centre(), elementary::log1p_error),
                 image::log1p(x.centre(), x.centre(), x.radius()));
}

Approx expm1(const Approx& x) {
  if (!x.is_value()) return x.known() == Known::nan ? x : Approx::in(Known::nothing);
  return widened(ours(elementary::expm1, x.centre(), elementary::expm1_error),
                 image::expm1(x.centre(), x.centre(), x.radius()));
}

Approx tanh(const Approx& x) {
  if (!x.is_value()) return x.known() == Known::nan ? x : Approx::in(Known::nothing);
  return widened(ours(elementary::tanh, x.centre(), elementary::tanh_error),
                 image::tanh(x.centre(), x.centre(), x.radius()));
}

Approx erf(const Approx& x) {
  if (!x.is_value() || std::abs(x.centre()) > elementary::erf_range) return entire(mpfr_erf, image::erf, x);
  return widened(ours(elementary::erf, x.centre(), elementary::erf_error),
                 image::erf(x.centre(), x.centre(), x.radius()));
}

// |erfc′| = |erf′|
Approx erfc(const Approx& x) {
  if (!x.is_value() || std::abs(x.centre() + 1) > 2) return entire(mpfr_erfc, image::erf, x);
  return Approx(1.0) - erf(x);
}

Approx sin(const Approx& x) { return entire(mpfr_sin, image::sin, x); }
Approx atan(const Approx& x) { return entire(mpfr_atan, image::atan, x); }
Approx cbrt(const Approx& x) { return entire(mpfr_cbrt, image::cbrt, x); }
Approx exp2(const Approx& x) { return entire(mpfr_exp2, image::exp2, x); }
Approx cos(const Approx& x) { return entire(mpfr_cos, image::cos, x); }

Approx pow(const Approx& x, const Approx& y) {
  if (x.known() == Known::nan || y.known() == Known::nan) return Approx::in(Known::nan);
  if (!x.is_value() || !y.is_value()) return Approx::in(Known::nothing);
  const bool integer = y.is_exact() && y.centre() == std::floor(y.centre());
  if (!integer && upper(x) < 0) return Approx::in(y.is_exact() ? Known::nan : Known::nothing);
  if (x.is_exact() && x.centre() == 0) {
    if (lower(y) > 0) return Approx(0.0);
    if (upper(y) < 0) return Approx::in(Known::pole);
    return y.is_exact() ? Approx(1.0) : Approx::in(Known::nothing);
  }
  Scratch& s = scratch();
  mpfr_set_d(s.x, x.centre(), MPFR_RNDN);
  mpfr_set_d(s.y, y.centre(), MPFR_RNDN);
  const int ternary = mpfr_pow(s.z, s.x, s.y, MPFR_RNDN);
  const Approx c = rounded(s.z, ternary);
  if (!c.is_value()) return Approx::in(Known::nothing);
  const double most = upward::add(std::abs(c.centre()), c.radius());
  return widened(c, image::pow(x.centre(), x.centre(), x.radius(), y.centre(), y.centre(), y.radius(), most));
}

}  // namespace plumbline::spec
