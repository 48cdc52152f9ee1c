// Ball: storage, exact arithmetic on endpoints, comparisons.
#include "spec/num/ball.h"

#include <cmath>
#include <ostream>

#include "spec/num/endpoints.h"

namespace plumbline::spec {

static_assert(sizeof(Index) == sizeof(long), "an Index passes through MPFR's long");

namespace {

using E = Endpoints;
using State = Ball::State;

// a·b for endpoints: zero times an unbounded finite number is zero.
int multiply(mpfr_ptr r, mpfr_srcptr a, mpfr_srcptr b, mpfr_rnd_t round) {
  if (mpfr_zero_p(a) != 0 || mpfr_zero_p(b) != 0) {
    mpfr_set_zero(r, 1);
    return 0;
  }
  return mpfr_mul(r, a, b, round);
}

// [x·y] where both straddle zero.
void multiply_straddling(Ball& r, const Ball& x, const Ball& y) {
  Ball s(r);
  multiply(E::lo(r), x.lo(), y.hi(), MPFR_RNDD);
  multiply(E::lo(s), x.hi(), y.lo(), MPFR_RNDD);
  mpfr_min(E::lo(r), E::lo(r), s.lo(), MPFR_RNDD);
  multiply(E::hi(r), x.lo(), y.lo(), MPFR_RNDU);
  multiply(E::hi(s), x.hi(), y.hi(), MPFR_RNDU);
  mpfr_max(E::hi(r), E::hi(r), s.hi(), MPFR_RNDU);
}

void multiply_intervals(Ball& r, const Ball& x, const Ball& y) {
  const bool xp = mpfr_sgn(x.lo()) >= 0, xn = mpfr_sgn(x.hi()) <= 0;
  const bool yp = mpfr_sgn(y.lo()) >= 0, yn = mpfr_sgn(y.hi()) <= 0;
  if (!xp && !xn && !yp && !yn) return multiply_straddling(r, x, y);
  // Which end of x gives the least product depends on the sign of y, and the other way round.
  mpfr_srcptr x_low = yp ? x.lo() : yn ? x.hi() : (xp ? x.hi() : x.lo());
  mpfr_srcptr y_low = xp ? y.lo() : xn ? y.hi() : (yp ? y.hi() : y.lo());
  mpfr_srcptr x_high = yp ? x.hi() : yn ? x.lo() : (xp ? x.hi() : x.lo());
  mpfr_srcptr y_high = xp ? y.hi() : xn ? y.lo() : (yp ? y.hi() : y.lo());
  multiply(E::lo(r), x_low, y_low, MPFR_RNDD);
  multiply(E::hi(r), x_high, y_high, MPFR_RNDU);
}

// x/y where y does not hold zero.
void divide_intervals(Ball& r, const Ball& x, const Ball& y) {
  const bool low = mpfr_sgn(x.lo()) >= 0, high = mpfr_sgn(x.hi()) >= 0;
  if (mpfr_sgn(y.lo()) > 0) {
    mpfr_div(E::lo(r), x.lo(), low ? y.hi() : y.lo(), MPFR_RNDD);
    mpfr_div(E::hi(r), x.hi(), high ? y.lo() : y.hi(), MPFR_RNDU);
  } else {
    mpfr_div(E::lo(r), x.hi(), high ? y.hi() : y.lo(), MPFR_RNDD);
    mpfr_div(E::hi(r), x.lo(), low ? y.lo() : y.hi(), MPFR_RNDU);
  }
}

// x/y where y may be zero: a pole, undefined, or anything.
void divide_by_zero(Ball& r, const Ball& x, const Ball& y) {
  E::whole_line(r);
  if (!y.is_point() || y.may_be_nan()) return E::maybe(r);
  const bool zero = x.is_point() && mpfr_zero_p(x.lo()) != 0;
  E::set_state(r, zero ? State::nan : State::pole);
}

}  // namespace

Ball::Ball(Index value) : literal_(true) {
  allocate(64);
  mpfr_set_si(&v_->left, value, MPFR_RNDD);
  mpfr_set(&v_->right, &v_->left, MPFR_RNDU);
}

Ball::Ball(double value) : Ball(exact(value, 53)) { literal_ = true; }

Ball::Ball(double lower, double upper, int precision) {
  allocate(precision);
  mpfr_set_d(&v_->left, lower, MPFR_RNDD);
  mpfr_set_d(&v_->right, upper, MPFR_RNDU);
  if (lower != lower || upper != upper) state_ = State::nan;
}

Ball Ball::exact(double value, int precision) {
  Ball r(std::max(precision, 53), State::value, false);
  mpfr_set_d(&r.v_->left, value, MPFR_RNDD);
  mpfr_set_d(&r.v_->right, value, MPFR_RNDU);
  if (value != value) r.state_ = State::nan;
  if (std::isinf(value)) r.state_ = State::pole;
  return r;
}

Ball Ball::between(mpfr_srcptr lower, mpfr_srcptr upper, int precision) {
  Ball r(precision, State::value, false);
  mpfr_set(&r.v_->left, lower, MPFR_RNDD);
  mpfr_set(&r.v_->right, upper, MPFR_RNDU);
  return E::checked(r);
}

Ball Ball::quotient(Index p, Index q, int precision) {
  Ball x(p), y(q);
  x.literal_ = false;
  x.precision_ = precision;
  return x / y;
}

Ball Ball::whole_line(int precision, State state) {
  Ball r(precision, state, false);
  E::whole_line(r);
  return r;
}

Ball Ball::undefined(State state, int precision) { return whole_line(precision, state); }

Ball::Ball(const Ball& o) { copy_value(o); }

Ball& Ball::operator=(const Ball& o) {
  if (this == &o) return *this;
  release();
  heap_ = nullptr;
  copy_value(o);
  return *this;
}

Ball& Ball::operator=(Ball&& o) noexcept {
  if (this == &o) return *this;
  release();
  heap_ = nullptr;
  take(o);
  return *this;
}

void Ball::allocate(int precision) {
  precision_ = precision;
  const std::size_t limbs = mpfr_custom_get_size(precision) / sizeof(mp_limb_t);
  if (limbs > inline_limbs) heap_ = new mp_limb_t[2 * limbs];
  mp_limb_t* base = heap_ != nullptr ? heap_ : inline_;
  mpfr_custom_init_set(&v_->left, MPFR_ZERO_KIND, 0, precision, base);
  mpfr_custom_init_set(&v_->right, MPFR_ZERO_KIND, 0, precision, base + limbs);
}

void Ball::copy_value(const Ball& o) {
  allocate(static_cast<int>(mpfr_get_prec(o.lo())));
  mpfr_set(&v_->left, o.lo(), MPFR_RNDD);
  mpfr_set(&v_->right, o.hi(), MPFR_RNDU);
  precision_ = o.precision_, state_ = o.state_, literal_ = o.literal_;
}

// Leaves o as some small valid value when its storage is taken over.
void Ball::take(Ball& o) noexcept {
  if (o.heap_ == nullptr) return copy_value(o);
  v_[0] = o.v_[0];
  heap_ = o.heap_, precision_ = o.precision_, state_ = o.state_, literal_ = o.literal_;
  o.heap_ = nullptr;
  o.allocate(64);
}

bool Ball::contains(double value) const {
  return has_value() && mpfr_cmp_d(lo(), value) <= 0 && mpfr_cmp_d(hi(), value) >= 0;
}
double Ball::lower() const { return has_value() ? mpfr_get_d(lo(), MPFR_RNDD) : std::nan(""); }
double Ball::upper() const { return has_value() ? mpfr_get_d(hi(), MPFR_RNDU) : std::nan(""); }

double Ball::midpoint() const {
  if (!has_value()) return std::nan("");
  if (mpfr_inf_p(lo()) != 0) return mpfr_inf_p(hi()) != 0 ? 0.0 : mpfr_get_d(hi(), MPFR_RNDN);
  if (mpfr_inf_p(hi()) != 0) return mpfr_get_d(lo(), MPFR_RNDN);
  if (is_point()) return mpfr_get_d(lo(), MPFR_RNDN);
  Ball mid(*this);
  mpfr_add(&mid.v_->left, lo(), hi(), MPFR_RNDN);
  mpfr_div_2ui(&mid.v_->left, mid.lo(), 1, MPFR_RNDN);
  return mpfr_get_d(mid.lo(), MPFR_RNDN);
}

double Ball::width() const {
  if (!has_value()) return std::nan("");
  Ball w(*this);
  mpfr_sub(&w.v_->left, hi(), lo(), MPFR_RNDU);
  return mpfr_get_d(w.lo(), MPFR_RNDU);
}

double Ball::magnitude() const { return has_value() ? std::max(std::fabs(lower()), std::fabs(upper())) : std::nan(""); }

Ball Ball::widened(double radius) const {
  Ball r(*this);
  if (!has_value()) return r;
  mpfr_sub_d(&r.v_->left, lo(), radius, MPFR_RNDD);
  mpfr_add_d(&r.v_->right, hi(), radius, MPFR_RNDU);
  return E::checked(r);
}

Ball Ball::at_precision(int precision) const {
  Ball r(precision, state_, false);
  mpfr_set(&r.v_->left, lo(), MPFR_RNDD);
  mpfr_set(&r.v_->right, hi(), MPFR_RNDU);
  return r;
}

Ball& Ball::operator+=(const Ball& y) {
  if (literal_ || (!y.literal_ && y.precision_ > precision_)) return *this = *this + y;
  state_ = std::max(state_, y.state_);
  if (has_value()) {
    mpfr_add(&v_->left, lo(), y.lo(), MPFR_RNDD);
    mpfr_add(&v_->right, hi(), y.hi(), MPFR_RNDU);
    E::checked(*this);
  }
  return *this;
}

Ball operator+(const Ball& x, const Ball& y) {
  Ball r = E::result(x, y, literal_sum_bits);
  if (!r.has_value()) return r;
  mpfr_add(E::lo(r), x.lo(), y.lo(), MPFR_RNDD);
  mpfr_add(E::hi(r), x.hi(), y.hi(), MPFR_RNDU);
  return E::checked(r);
}

Ball operator-(const Ball& x, const Ball& y) {
  Ball r = E::result(x, y, literal_sum_bits);
  if (!r.has_value()) return r;
  mpfr_sub(E::lo(r), x.lo(), y.hi(), MPFR_RNDD);
  mpfr_sub(E::hi(r), x.hi(), y.lo(), MPFR_RNDU);
  return E::checked(r);
}

Ball operator*(const Ball& x, const Ball& y) {
  Ball r = E::result(x, y, literal_sum_bits);
  if (!r.has_value()) return r;
  if (x.is_point() && y.is_point())
    E::close(r, multiply(E::lo(r), x.lo(), y.lo(), MPFR_RNDD));
  else
    multiply_intervals(r, x, y);
  return E::checked(r);
}

Ball operator/(const Ball& x, const Ball& y) {
  Ball r = E::result(x, y, literal_function_bits);
  if (y.is_pole()) E::forget_pole(r);
  else if (!r.has_value()) return r;
  else if (y.contains_zero()) divide_by_zero(r, x, y);
  else if (x.is_point() && y.is_point()) E::close(r, mpfr_div(E::lo(r), x.lo(), y.lo(), MPFR_RNDD));
  else divide_intervals(r, x, y);
  return E::checked(r);
}

Ball operator-(const Ball& x) {
  Ball r(x);
  mpfr_neg(E::lo(r), x.hi(), MPFR_RNDD);
  mpfr_neg(E::hi(r), x.lo(), MPFR_RNDU);
  return r;
}

Truth less(const Ball& x, const Ball& y) {
  if (x.is_nan() || y.is_nan()) return Tri::no;
  if (!x.has_value() || !y.has_value()) return Tri::unknown;
  if (mpfr_greaterequal_p(x.lo(), y.hi()) != 0) return Tri::no;
  return mpfr_less_p(x.hi(), y.lo()) != 0 && !x.may_be_nan() && !y.may_be_nan() ? Tri::yes : Tri::unknown;
}

Truth equal(const Ball& x, const Ball& y) {
  if (x.is_nan() || y.is_nan()) return Tri::no;
  if (!x.has_value() || !y.has_value()) return Tri::unknown;
  if (mpfr_less_p(x.hi(), y.lo()) != 0 || mpfr_less_p(y.hi(), x.lo()) != 0) return Tri::no;
  const bool same = x.is_point() && y.is_point() && !x.may_be_nan() && !y.may_be_nan();
  return same ? Tri::yes : Tri::unknown;
}

Truth is_nan(const Ball& x) { return x.is_nan() ? Tri::yes : x.may_be_nan() ? Tri::unknown : Tri::no; }
Truth is_infinite(const Ball& x) { return x.is_nan() || !x.may_be_nan() ? Tri::no : Tri::unknown; }

Ball select(Truth t, const Ball& x, const Ball& y) {
  return t.exact == Tri::unknown ? hull(x, y) : t.exact == Tri::yes ? x : y;
}

Ball hull(const Ball& x, const Ball& y) {
  Ball r = E::result(x, y, literal_sum_bits);
  if (!x.has_value() && !y.has_value()) {
    E::set_state(r, std::min(x.state(), y.state()));
  } else {
    const Ball &a = x.has_value() ? x : y, &b = y.has_value() ? y : x;
    if (x.may_be_nan() || y.may_be_nan()) E::set_state(r, State::maybe_nan);
    mpfr_min(E::lo(r), a.lo(), b.lo(), MPFR_RNDD);
    mpfr_max(E::hi(r), a.hi(), b.hi(), MPFR_RNDU);
  }
  return r;
}

std::optional<Index> to_index(const Ball& x) {
  if (!x.is_point() || x.may_be_nan() || mpfr_fits_slong_p(x.lo(), MPFR_RNDN) == 0) return std::nullopt;
  if (mpfr_integer_p(x.lo()) == 0) return std::nullopt;
  return mpfr_get_si(x.lo(), MPFR_RNDN);
}

std::ostream& operator<<(std::ostream& out, const Ball& x) {
  if (x.is_nan()) return out << "nan";
  if (x.is_pole()) return out << "pole";
  char *lower = nullptr, *upper = nullptr;
  mpfr_asprintf(&lower, "%Ra", x.lo());
  mpfr_asprintf(&upper, "%Ra", x.hi());
  out << '[' << lower << ", " << upper << (x.may_be_nan() ? "] or nan" : "]");
  mpfr_free_str(lower);
  mpfr_free_str(upper);
  return out;
}

}  // namespace plumbline::spec
