// Binary: MPFR truncates each result to 64 bits and says whether it cut something; one integer routine rounds it.
#include "spec/num/binary.h"

namespace plumbline::spec::ieee {

namespace {

// An exact zero that is no product is −0 when rounding down, which MPFR knows: [binary B2].
template <class Operation>
double rounded(Operation&& operation, const Format& f, Direction d) {
  Significand64 r;
  const int ternary = operation(r.get(), MPFR_RNDZ);
  if (d == Direction::down && mpfr_zero_p(r.get()) != 0) operation(r.get(), MPFR_RNDD);
  return round_to(r.get(), ternary, f, d);
}

}  // namespace

double apply(Unary function, double x, const Format& f, Direction d) {
  Significand64 a(x);
  return rounded([&](mpfr_ptr r, mpfr_rnd_t round) { return function(r, a.get(), round); }, f, d);
}

double apply(Binary function, double x, double y, const Format& f, Direction d) {
  Significand64 a(x), b(y);
  return rounded([&](mpfr_ptr r, mpfr_rnd_t round) { return function(r, a.get(), b.get(), round); }, f, d);
}

double add(double x, double y, const Format& f, Direction d) { return apply(mpfr_add, x, y, f, d); }
double subtract(double x, double y, const Format& f, Direction d) { return apply(mpfr_sub, x, y, f, d); }
double multiply(double x, double y, const Format& f, Direction d) { return apply(mpfr_mul, x, y, f, d); }
double divide(double x, double y, const Format& f, Direction d) { return apply(mpfr_div, x, y, f, d); }

double fma(double x, double y, double z, const Format& f, Direction d) {
  Significand64 a(x), b(y), c(z);
  return rounded([&](mpfr_ptr r, mpfr_rnd_t round) { return mpfr_fma(r, a.get(), b.get(), c.get(), round); }, f, d);
}

double quotient(Index p, Index q, const Format& f, Direction d) {
  Significand64 a, b;
  mpfr_set_si(a.get(), p, MPFR_RNDZ);
  mpfr_set_si(b.get(), q, MPFR_RNDZ);
  return rounded([&](mpfr_ptr r, mpfr_rnd_t round) { return mpfr_div(r, a.get(), b.get(), round); }, f, d);
}

double integer(Index value, const Format& f, Direction d) {
  if (value == 0) return 0.0;
  const auto bits = static_cast<std::uint64_t>(value);
  return round_significand(value < 0, value < 0 ? -bits : bits, 0, false, f, d);
}

double pi(const Format& f, Direction d) {
  return rounded([](mpfr_ptr r, mpfr_rnd_t round) { return mpfr_const_pi(r, round); }, f, d);
}

}  // namespace plumbline::spec::ieee
