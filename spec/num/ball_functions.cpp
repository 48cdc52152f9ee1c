// Ball: the functions, from MPFR's correctly rounded ones at the ends of monotone pieces.
#include <algorithm>

#include "spec/num/ball.h"
#include "spec/num/endpoints.h"

namespace plumbline::spec {

namespace {

using E = Endpoints;
using State = Ball::State;
using Function = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

// The arguments of sine and cosine beyond 2^reduction_limit are not reduced: the answer is [−1, 1].
constexpr mpfr_exp_t reduction_limit = 1 << 14;

// f on [lo, hi] for a non-decreasing f: [ball B1].
void increasing(Ball& r, mpfr_srcptr lo, mpfr_srcptr hi, Function f) {
  const int ternary = f(E::lo(r), lo, MPFR_RNDD);
  if (mpfr_equal_p(lo, hi) != 0)
    E::close(r, ternary);
  else
    f(E::hi(r), hi, MPFR_RNDU);
  E::checked(r);
}

Ball increasing(const Ball& x, Function f) {
  Ball r = E::result(x, literal_function_bits);
  E::forget_pole(r);
  if (x.has_value()) increasing(r, x.lo(), x.hi(), f);
  return r;
}

// f increasing on (edge, ∞) with f(edge) = −∞, undefined below: log and log1p.
Ball logarithm(const Ball& x, long edge, Function f) {
  Ball r = E::result(x, literal_function_bits);
  E::forget_pole(r);
  if (!x.has_value()) return r;
  const int low = mpfr_cmp_si(x.lo(), edge), high = mpfr_cmp_si(x.hi(), edge);
  if (high < 0) {
    E::set_state(r, State::nan);
  } else if (high == 0) {
    E::set_state(r, State::pole);
  } else if (low > 0) {
    increasing(r, x.lo(), x.hi(), f);
  } else {
    E::maybe(r);
    mpfr_set_inf(E::lo(r), -1);
    f(E::hi(r), x.hi(), MPFR_RNDU);
  }
  return r;
}

// sin on [−1, 1], and cos there, which falls with |x|.
bool near_zero(const Ball& x) { return mpfr_cmp_si(x.lo(), -1) >= 0 && mpfr_cmp_si(x.hi(), 1) <= 0; }
void cosine_near_zero(Ball& r, const Ball& x) {
  const Ball a = abs(x);
  mpfr_cos(E::lo(r), a.hi(), MPFR_RNDD);
  mpfr_cos(E::hi(r), a.lo(), MPFR_RNDU);
}

// MPFI never ends where 2x/π underflows: ends that close to zero move outwards, to zero or to this side of it.
constexpr mpfr_exp_t tiniest = -(1 << 20);
void leave_underflow(mpfr_ptr end, bool low) {
  if (mpfr_regular_p(end) == 0 || mpfr_get_exp(end) > tiniest) return;
  const int sign = mpfr_sgn(end);
  if ((sign > 0) == low) mpfr_set_zero(end, 1);
  else mpfr_set_si_2exp(end, sign, tiniest, MPFR_RNDN);
}

Ball periodic(const Ball& x, Function at_point, int (*f)(mpfi_ptr, mpfi_srcptr)) {
  Ball r = E::result(x, literal_function_bits);
  E::forget_pole(r);
  const auto reducible = [](mpfr_srcptr a) {
    return mpfr_zero_p(a) != 0 || (mpfr_regular_p(a) != 0 && mpfr_get_exp(a) < reduction_limit);
  };
  if (!x.has_value()) return r;
  if (!reducible(x.lo()) || !reducible(x.hi())) {
    mpfr_set_si(E::lo(r), -1, MPFR_RNDD);
    mpfr_set_si(E::hi(r), 1, MPFR_RNDU);
  } else if (x.is_point()) {
    E::close(r, at_point(E::lo(r), x.lo(), MPFR_RNDD));
  } else if (near_zero(x)) {
    if (at_point == mpfr_cos) cosine_near_zero(r, x);
    else increasing(r, x.lo(), x.hi(), mpfr_sin);
  } else {
    Ball within(x);
    leave_underflow(E::lo(within), /*low=*/true), leave_underflow(E::hi(within), /*low=*/false);
    mpfi_t y;  // MPFI may exchange the storage of its result
    mpfi_init2(y, mpfr_get_prec(r.lo()));
    f(y, within.interval());
    mpfr_set(E::lo(r), &y->left, MPFR_RNDD);
    mpfr_set(E::hi(r), &y->right, MPFR_RNDU);
    mpfi_clear(y);
  }
  return E::checked(r);
}

bool is_even(mpfr_srcptr integer) {
  mpfr_t half;
  mpfr_init2(half, mpfr_get_prec(integer));
  mpfr_div_2ui(half, integer, 1, MPFR_RNDN);
  const bool even = mpfr_integer_p(half) != 0;
  mpfr_clear(half);
  return even;
}

// x^n on [lo, hi] for an integer n, where x^n is monotone: `rising` says which way.
void power(Ball& r, mpfr_srcptr lo, mpfr_srcptr hi, mpfr_srcptr n, bool rising) {
  mpfr_pow(E::lo(r), rising ? lo : hi, n, MPFR_RNDD);
  mpfr_pow(E::hi(r), rising ? hi : lo, n, MPFR_RNDU);
  E::checked(r);
}

// x^n for an integer n: [ball B2].
void integer_power(Ball& r, const Ball& x, mpfr_srcptr n) {
  if (mpfr_zero_p(n) != 0) {
    mpfr_set_si(E::lo(r), 1, MPFR_RNDD);
    mpfr_set_si(E::hi(r), 1, MPFR_RNDU);
  } else if (mpfr_sgn(n) < 0 && x.contains_zero()) {
    E::whole_line(r);
    if (is_even(n)) mpfr_set_zero(E::lo(r), 1);
    E::maybe(r);
    if (x.is_point() && !x.may_be_nan()) E::set_state(r, State::pole);
  } else if (is_even(n)) {
    const Ball a = abs(x);
    power(r, a.lo(), a.hi(), n, mpfr_sgn(n) > 0);
  } else {
    power(r, x.lo(), x.hi(), n, mpfr_sgn(n) > 0);
  }
}

// The extremes of x^y over x > 0 lie at corners, because it is monotone in x and in y: [ball B3].
void corner_powers(Ball& r, const Ball& x, const Ball& y) {
  Ball c(r);
  mpfr_pow(E::lo(r), x.lo(), y.lo(), MPFR_RNDD);
  mpfr_pow(E::hi(r), x.lo(), y.lo(), MPFR_RNDU);
  for (const auto& [a, b] : {std::pair{x.lo(), y.hi()}, {x.hi(), y.lo()}, {x.hi(), y.hi()}}) {
    mpfr_pow(E::lo(c), a, b, MPFR_RNDD);
    mpfr_pow(E::hi(c), a, b, MPFR_RNDU);
    mpfr_min(E::lo(r), E::lo(r), c.lo(), MPFR_RNDD);
    mpfr_max(E::hi(r), E::hi(r), c.hi(), MPFR_RNDU);
  }
  E::checked(r);
}

bool holds_integer(const Ball& y) {
  Ball c(y);
  mpfr_ceil(E::lo(c), y.lo());
  return mpfr_lessequal_p(c.lo(), y.hi()) != 0;
}

// x^y where x may be zero or negative and y is not one integer.
void power_at_the_edge(Ball& r, const Ball& x, const Ball& y) {
  const bool negative = mpfr_sgn(x.lo()) < 0;
  if (mpfr_sgn(x.hi()) < 0 && !holds_integer(y)) return E::set_state(r, std::max(r.state(), State::nan));
  E::whole_line(r);
  if (negative && holds_integer(y)) return E::maybe(r);
  if (negative) E::maybe(r);
  const bool zero = x.is_point() && mpfr_zero_p(x.lo()) != 0 && !x.may_be_nan();
  mpfr_set_zero(E::lo(r), 1);
  if (mpfr_sgn(y.lo()) > 0) {
    mpfr_pow(E::hi(r), x.hi(), mpfr_cmp_si(x.hi(), 1) < 0 ? y.lo() : y.hi(), MPFR_RNDU);
  } else if (zero && mpfr_sgn(y.hi()) < 0 && !y.may_be_nan()) {
    E::set_state(r, State::pole);
  } else {
    E::maybe(r);
  }
  E::checked(r);
}

}  // namespace

Ball abs(const Ball& x) {
  Ball r(x);
  if (!x.has_value() || mpfr_sgn(x.lo()) >= 0) return r;
  if (mpfr_sgn(x.hi()) <= 0) return -x;
  mpfr_set_zero(E::lo(r), 1);
  if (mpfr_cmpabs(x.lo(), x.hi()) > 0) mpfr_neg(E::hi(r), x.lo(), MPFR_RNDU);
  return r;
}

Ball ramp(const Ball& x) {
  Ball r(x);
  E::forget_pole(r);
  if (!r.has_value()) return r;
  if (mpfr_sgn(r.lo()) < 0) mpfr_set_zero(E::lo(r), 1);
  if (mpfr_sgn(r.hi()) < 0) mpfr_set_zero(E::hi(r), 1);
  return r;
}

Ball maximum(const Ball& x, const Ball& y) {
  Ball r = E::result(x, y, literal_sum_bits);
  E::forget_pole(r);
  if (!x.has_value() || !y.has_value()) return r;
  mpfr_max(E::lo(r), x.lo(), y.lo(), MPFR_RNDD);
  mpfr_max(E::hi(r), x.hi(), y.hi(), MPFR_RNDU);
  return r;
}

Ball minimum(const Ball& x, const Ball& y) { return -maximum(-x, -y); }

Ball sqrt(const Ball& x) {
  Ball r = E::result(x, literal_function_bits);
  E::forget_pole(r);
  if (!x.has_value()) return r;
  if (mpfr_sgn(x.hi()) < 0) {
    E::set_state(r, State::nan);
  } else if (mpfr_sgn(x.lo()) < 0) {
    E::maybe(r);
    mpfr_set_zero(E::lo(r), 1);
    mpfr_sqrt(E::hi(r), x.hi(), MPFR_RNDU);
    if (mpfr_zero_p(x.hi()) != 0) mpfr_set_zero(E::hi(r), 1);
  } else {
    increasing(r, x.lo(), x.hi(), mpfr_sqrt);
  }
  return r;
}

Ball cbrt(const Ball& x) { return increasing(x, mpfr_cbrt); }
Ball exp(const Ball& x) { return increasing(x, mpfr_exp); }
Ball exp2(const Ball& x) { return increasing(x, mpfr_exp2); }
Ball expm1(const Ball& x) { return increasing(x, mpfr_expm1); }
Ball atan(const Ball& x) { return increasing(x, mpfr_atan); }
Ball tanh(const Ball& x) { return increasing(x, mpfr_tanh); }
Ball erf(const Ball& x) { return increasing(x, mpfr_erf); }
Ball erfc(const Ball& x) {
  return increasing(-x, [](mpfr_ptr r, mpfr_srcptr minus_x, mpfr_rnd_t rounding) {  // t ↦ erfc(−t) increases
    mpfr_t t;
    mpfr_init2(t, mpfr_get_prec(minus_x));
    mpfr_neg(t, minus_x, MPFR_RNDN);
    const int ternary = mpfr_erfc(r, t, rounding);
    mpfr_clear(t);
    return ternary;
  });
}
Ball log(const Ball& x) { return logarithm(x, 0, mpfr_log); }
Ball log2(const Ball& x) { return logarithm(x, 0, mpfr_log2); }
Ball log1p(const Ball& x) { return logarithm(x, -1, mpfr_log1p); }
Ball sin(const Ball& x) { return periodic(x, mpfr_sin, mpfi_sin); }
Ball cos(const Ball& x) { return periodic(x, mpfr_cos, mpfi_cos); }

Ball pow(const Ball& x, const Ball& y) {
  Ball r = E::result(x, y, literal_function_bits);
  E::forget_pole(r);
  if (!x.has_value() || !y.has_value()) return r;
  if (y.is_point() && mpfr_integer_p(y.lo()) != 0)
    integer_power(r, x, y.lo());
  else if (mpfr_sgn(x.lo()) > 0)
    corner_powers(r, x, y);
  else
    power_at_the_edge(r, x, y);
  return r;
}

Ball floor(const Ball& x) { return increasing(x, mpfr_rint_floor); }
Ball round_even(const Ball& x) { return increasing(x, mpfr_rint_roundeven); }

Ball ratio(const Ball& x, Index p, Index q) {
  return x.is_literal() ? Ball(p) / Ball(q) : Ball::quotient(p, q, x.precision());
}

Ball real(const Ball& x, double a) { return x.is_literal() ? Ball(a) : Ball::exact(a, x.precision()); }

Ball pi(const Ball& x) {
  Ball r = E::result(x, literal_function_bits);
  E::set_state(r, State::value);
  E::close(r, mpfr_const_pi(E::lo(r), MPFR_RNDD));
  return r;
}

}  // namespace plumbline::spec
