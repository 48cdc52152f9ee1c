// Elementary functions of Approx: the function at the centre, its own error, and the image of the radius.
#include <algorithm>

#include "spec/num/approx_mpfr.h"
#include "spec/num/approx_series.h"
#include "spec/num/image.h"

namespace plumbline::spec {

namespace {

// centre + tail, without the error
Approx point(const Approx& x) { return x.is_point() ? x : Approx::within(x.centre(), x.tail(), 0); }

// f(point) ± its own error ± the image of the operand's error.
Approx widened(const Approx& y, double image) {
  if (!y.is_value() || image == 0) return y;
  return Approx::within(y.centre(), y.tail(), upward::add(y.error(), image));
}

using Image = double (*)(double, double, double);
using Series = Approx (*)(const Approx&);

Approx of(Series f, Image image, const Approx& x) {
  const Approx p = point(x);
  return widened(f(p), x.is_point() ? 0 : image(lower(p), upper(p), x.error()));
}
Approx of(MpfrFunction f, Image image, const Approx& operand) {
  const Approx x = shortened(operand), p = point(x);
  return widened(by_mpfr(f, p), x.is_point() ? 0 : image(lower(p), upper(p), x.error()));
}

// Functions without an edge: what follows from a pole is nothing.
template <class F>
Approx entire(F f, Image image, const Approx& x) {
  if (!x.is_value()) return x.known() == Known::nan ? x : Approx::in(Known::nothing);
  return of(f, image, x);
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

// √(c² + r) = c + r/(2c) − …, the rest below r²/(8c³)
Approx sqrt(const Approx& x) {
  if (!x.is_value()) return x.known() == Known::nan ? x : Approx::in(Known::nothing);
  if (upper(x) < 0) return Approx::in(Known::nan);
  if (lower(x) < 0) return Approx::in(Known::nothing);
  const double c = std::sqrt(x.centre());
  if (c == 0) return widened(Approx(0.0), image::sqrt(0, 0, x.error()));
  const Approx p = point(x);
  const double inherited = x.is_point() ? 0 : image::sqrt(lower(p), upper(p), x.error());
  if (x.centre() < 0x1p-900)
    return widened(Approx::within(c, c * 0x1p-53), upward::add(inherited, upward::div(std::abs(x.tail()), c)));
  const double r = std::fma(-c, c, x.centre()) + x.tail(), second = r / (2 * c);
  const double own = r == 0 ? 0 : std::abs(second) * 0x1p-51 + second / c * second + 8 * upward::tiny;
  return widened(Approx::within(c, second, own), inherited);
}

Approx exp(const Approx& x) {
  if (x.is_exact() && x.centre() == 0) return Approx(1.0);
  if (x.is_value() && !(std::abs(x.centre()) < 746)) return entire(mpfr_exp, image::exp, x);
  return entire(series::exp, image::exp, x);
}

Approx log(const Approx& x) {
  if (auto edge = outside(x, 0)) return *edge;
  return of(series::log, image::log, x);
}

Approx log2(const Approx& x) {
  if (auto edge = outside(x, 0)) return *edge;
  return of(mpfr_log2, image::log2, x);
}

Approx log1p(const Approx& x) {
  if (auto edge = outside(x, -1)) return *edge;
  if (x.centre() < -0.29 || x.centre() > 0.41) return log(Approx(1.0) + x);
  return of(series::log1p, image::log1p, x);
}

Approx expm1(const Approx& x) {
  if (x.is_value() && !(std::abs(x.centre()) < 746)) return entire(mpfr_expm1, image::expm1, x);
  return entire(series::expm1, image::expm1, x);
}

Approx tanh(const Approx& x) {
  if (x.is_value() && !(std::abs(x.centre()) < 373)) return entire(mpfr_tanh, image::tanh, x);
  return entire(series::tanh, image::tanh, x);
}

Approx erf(const Approx& x) {
  if (x.is_value() && !(std::abs(x.centre()) < series::erf_range)) return entire(mpfr_erf, image::erf, x);
  return entire(series::erf, image::erf, x);
}

// |erfc′| = |erf′|
Approx erfc(const Approx& x) {
  if (x.is_value() && !(std::abs(x.centre()) < series::erf_range)) return entire(mpfr_erfc, image::erf, x);
  return entire(series::erfc, image::erf, x);
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
  const Approx base = shortened(x), exponent = shortened(y), b = point(base), e = point(exponent);
  const Approx p = by_mpfr(mpfr_pow, b, e);
  if (!p.is_value()) return Approx::in(Known::nothing);
  if (base.is_point() && exponent.is_point()) return p;
  const double most = upward::add(std::abs(p.centre()), p.radius());
  return widened(p, image::pow(lower(b), upper(b), base.error(), lower(e), upper(e), exponent.error(), most));
}

}  // namespace plumbline::spec
