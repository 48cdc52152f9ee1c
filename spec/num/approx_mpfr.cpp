// Doubles into MPFR and back: centre and tail are what 107 bits hold.
#include "spec/num/approx_mpfr.h"

#include <cmath>

namespace plumbline::spec {

namespace {

constexpr mpfr_prec_t precision = 107;

// Scratch of one thread; it holds nothing between calls, and its precision never changes.
struct Scratch {
  mpfr_t x, y, z;
  Scratch() { mpfr_inits2(precision, x, y, z, static_cast<mpfr_ptr>(nullptr)); }
  ~Scratch() { mpfr_clears(x, y, z, static_cast<mpfr_ptr>(nullptr)); }
};
Scratch& scratch() {
  thread_local Scratch s;
  return s;
}

void set(mpfr_ptr out, const Approx& x) {
  mpfr_set_d(out, x.centre(), MPFR_RNDN);
  if (x.tail() != 0) mpfr_add_d(out, out, x.tail(), MPFR_RNDN);
}

// The two doubles nearest to MPFR's correctly rounded result, and a bound on their error.
Approx rounded(mpfr_ptr z, int ternary) {
  const double c = mpfr_get_d(z, MPFR_RNDN);
  if (!std::isfinite(c)) return Approx::in(std::isnan(c) ? Known::nan : Known::nothing);
  mpfr_sub_d(z, z, c, MPFR_RNDN);  // exact
  const double tail = mpfr_get_d(z, MPFR_RNDN);
  const bool exact = ternary == 0 && mpfr_cmp_d(z, tail) == 0;
  return Approx::within(c, tail, exact ? 0 : std::abs(c) * 0x1p-105 + 2 * upward::tiny);
}

}  // namespace

Approx by_mpfr(MpfrFunction f, const Approx& x) {
  Scratch& s = scratch();
  set(s.x, x);
  const int ternary = f(s.z, s.x, MPFR_RNDN);
  return rounded(s.z, ternary);
}

Approx by_mpfr(MpfrFunctionOfTwo f, const Approx& x, const Approx& y) {
  Scratch& s = scratch();
  set(s.x, x), set(s.y, y);
  const int ternary = f(s.z, s.x, s.y, MPFR_RNDN);
  return rounded(s.z, ternary);
}

Approx shortened(const Approx& x) {
  const double c = std::abs(x.centre());
  if (x.tail() == 0) return x;
  const double last = c < 0x1p-900 ? 0 : std::ldexp(1.0, std::ilogb(c) - 105);  // multiples of it have 106 bits
  const double tail = last == 0 ? 0 : std::nearbyint(x.tail() / last) * last;
  return Approx::within(x.centre(), tail, upward::add(x.error(), std::abs(x.tail() - tail)));
}

}  // namespace plumbline::spec
