// Rational: arithmetic of GMP's mpq with a state beside the value.
#include "spec/num/rational.h"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <utility>

#include "spec/num/round.h"

namespace plumbline::spec {

namespace {

using State = Rational::State;

constexpr double largest_power_bits = 1 << 24;
constexpr unsigned long largest_root = 64;

Rational both(const Rational& x, const Rational& y) { return Rational(std::max(x.state(), y.state())); }

// f of x where f is rational at `point` only, with the value `at_point`.
Rational only_at(const Rational& x, Index point, Index at_point) {
  if (x.is_nan()) return x;
  return x.is_exact() && mpq_cmp_si(x.value(), point, 1) == 0 ? Rational(at_point) : Rational(State::inexact);
}

Rational logarithm(const Rational& x, Index edge, Index zero) {
  if (!x.is_exact()) return only_at(x, zero, 0);
  const int side = mpq_cmp_si(x.value(), edge, 1);
  if (side <= 0) return Rational(side < 0 ? State::nan : State::pole);
  return only_at(x, zero, 0);
}

bool is_integer(const Rational& x) { return mpz_cmp_ui(mpq_denref(x.value()), 1) == 0; }

double bits(const Rational& x) {
  return static_cast<double>(mpz_sizeinbase(mpq_numref(x.value()), 2) + mpz_sizeinbase(mpq_denref(x.value()), 2));
}

// x^n, x ≠ 0.
Rational integer_power(const Rational& x, mpz_srcptr n) {
  const bool unit = mpz_cmpabs_ui(mpq_numref(x.value()), 1) == 0 && is_integer(x);
  if (unit) return mpz_odd_p(n) != 0 ? x : Rational(Index{1});
  const bool huge = mpz_fits_slong_p(n) == 0 || std::fabs(mpz_get_d(n)) * bits(x) > largest_power_bits;
  if (huge) return Rational(State::inexact);
  const long e = mpz_get_si(n);
  const auto size = static_cast<unsigned long>(e < 0 ? -e : e);
  Rational r;
  mpz_pow_ui(mpq_numref(r.mutable_value()), mpq_numref(x.value()), size);
  mpz_pow_ui(mpq_denref(r.mutable_value()), mpq_denref(x.value()), size);
  if (e < 0) mpq_inv(r.mutable_value(), r.value());
  return r;
}

// x^(1/k) for x > 0, if it is rational.
Rational root(const Rational& x, unsigned long k) {
  Rational r;
  const bool exact = mpz_root(mpq_numref(r.mutable_value()), mpq_numref(x.value()), k) != 0 &&
                     mpz_root(mpq_denref(r.mutable_value()), mpq_denref(x.value()), k) != 0;
  return exact ? r : Rational(State::inexact);
}

}  // namespace

Rational::Rational(Index value) {
  mpq_init(q_);
  mpq_set_si(q_, value, 1);
}

Rational::Rational(double value) {
  mpq_init(q_);
  if (std::isfinite(value)) mpq_set_d(q_, value);
  else state_ = value != value ? State::nan : State::pole;
}

Rational Rational::quotient(Index p, Index q) { return Rational(p) / Rational(q); }

Rational::Rational(const Rational& o) : state_(o.state_) {
  mpq_init(q_);
  mpq_set(q_, o.q_);
}
Rational::Rational(Rational&& o) noexcept : state_(o.state_) {
  mpq_init(q_);
  mpq_swap(q_, o.q_);
}
Rational& Rational::operator=(const Rational& o) {
  mpq_set(q_, o.q_);
  state_ = o.state_;
  return *this;
}
Rational& Rational::operator=(Rational&& o) noexcept {
  mpq_swap(q_, o.q_);
  std::swap(state_, o.state_);
  return *this;
}

double Rational::nearest() const {
  if (!is_exact()) return std::nan("");
  if (sign() == 0) return 0.0;
  Significand64 m;
  return round_to(m.get(), mpfr_set_q(m.get(), q_, MPFR_RNDZ), binary64);
}

std::string Rational::text() const {
  if (state_ == State::nan) return "nan";
  if (state_ == State::pole) return "pole";
  if (state_ == State::inexact) return "inexact";
  std::string out(mpz_sizeinbase(mpq_numref(q_), 10) + mpz_sizeinbase(mpq_denref(q_), 10) + 3, '\0');
  mpq_get_str(out.data(), 10, q_);
  out.resize(out.find('\0'));
  return out;
}

Rational& Rational::operator+=(const Rational& y) {
  state_ = std::max(state_, y.state_);
  if (is_exact()) mpq_add(q_, q_, y.q_);
  else mpq_set_si(q_, 0, 1);
  return *this;
}

Rational operator+(const Rational& x, const Rational& y) {
  Rational r = both(x, y);
  if (r.is_exact()) mpq_add(r.mutable_value(), x.value(), y.value());
  return r;
}
Rational operator-(const Rational& x, const Rational& y) {
  Rational r = both(x, y);
  if (r.is_exact()) mpq_sub(r.mutable_value(), x.value(), y.value());
  return r;
}
Rational operator*(const Rational& x, const Rational& y) {
  Rational r = both(x, y);
  if (r.is_exact()) mpq_mul(r.mutable_value(), x.value(), y.value());
  return r;
}
Rational operator/(const Rational& x, const Rational& y) {
  if (y.is_pole() && !x.is_nan()) return Rational(State::inexact);
  Rational r = both(x, y);
  if (!y.is_exact()) return r;
  if (y.sign() != 0) {
    if (r.is_exact()) mpq_div(r.mutable_value(), x.value(), y.value());
    return r;
  }
  if (!x.is_exact()) return x.is_nan() ? x : Rational(State::pole);
  return Rational(x.sign() == 0 ? State::nan : State::pole);
}
Rational operator-(const Rational& x) {
  Rational r(x);
  mpq_neg(r.mutable_value(), r.value());
  return r;
}

Rational abs(const Rational& x) {
  Rational r(x);
  mpq_abs(r.mutable_value(), r.value());
  return r;
}
Rational ramp(const Rational& x) { return maximum(x, Rational(Index{0})); }
Rational maximum(const Rational& x, const Rational& y) {
  const State worst = std::max(x.state(), y.state());
  if (worst != State::value) return Rational(worst == State::pole ? State::inexact : worst);
  return mpq_cmp(x.value(), y.value()) < 0 ? y : x;
}
Rational minimum(const Rational& x, const Rational& y) { return -maximum(-x, -y); }

Rational sqrt(const Rational& x) {
  if (!x.is_exact()) return Rational(x.is_nan() ? State::nan : State::inexact);
  if (x.sign() < 0) return Rational(State::nan);
  return root(x, 2);
}
Rational cbrt(const Rational& x) {
  if (!x.is_exact()) return Rational(x.is_nan() ? State::nan : State::inexact);
  return x.sign() < 0 ? -root(-x, 3) : root(x, 3);
}
Rational exp(const Rational& x) { return only_at(x, 0, 1); }
Rational exp2(const Rational& x) { return pow(Rational(2), x); }
Rational expm1(const Rational& x) { return only_at(x, 0, 0); }
Rational log(const Rational& x) { return logarithm(x, 0, 1); }
Rational log2(const Rational& x) {
  const Rational natural = logarithm(x, 0, 1);
  if (!x.is_exact() || x.sign() <= 0) return natural;
  const auto exponent = [](mpz_srcptr n) { return static_cast<Index>(mpz_sizeinbase(n, 2)) - 1; };
  const bool power = mpz_popcount(mpq_numref(x.value())) == 1 && mpz_popcount(mpq_denref(x.value())) == 1;
  return power ? Rational(exponent(mpq_numref(x.value())) - exponent(mpq_denref(x.value()))) : natural;
}
Rational log1p(const Rational& x) { return logarithm(x, -1, 0); }
Rational sin(const Rational& x) { return only_at(x, 0, 0); }
Rational cos(const Rational& x) { return only_at(x, 0, 1); }
Rational atan(const Rational& x) { return only_at(x, 0, 0); }
Rational tanh(const Rational& x) { return only_at(x, 0, 0); }
Rational erf(const Rational& x) { return only_at(x, 0, 0); }
Rational erfc(const Rational& x) { return only_at(x, 0, 1); }

Rational pow(const Rational& x, const Rational& y) {
  if (x.is_nan() || y.is_nan()) return Rational(State::nan);
  if (!y.is_exact() || !x.is_exact())
    return y.is_exact() && y.sign() == 0 && !x.is_pole() ? Rational(Index{1}) : Rational(State::inexact);
  if (y.sign() == 0) return Rational(Index{1});
  if (x.sign() == 0) return y.sign() > 0 ? x : Rational(State::pole);
  if (is_integer(y)) return integer_power(x, mpq_numref(y.value()));
  if (x.sign() < 0) return Rational(State::nan);
  if (mpz_cmp_ui(mpq_denref(y.value()), largest_root) > 0) return only_at(x, 1, 1);
  const Rational base = root(x, mpz_get_ui(mpq_denref(y.value())));
  return base.is_exact() ? integer_power(base, mpq_numref(y.value())) : base;
}
Rational floor(const Rational& x) {
  if (!x.is_exact()) return Rational(x.is_nan() ? State::nan : State::inexact);
  Rational r;
  mpz_fdiv_q(mpq_numref(r.mutable_value()), mpq_numref(x.value()), mpq_denref(x.value()));
  return r;
}
// ⌊x + ½⌋, but one less where x + ½ is an odd integer
Rational round_even(const Rational& x) {
  const Rational raised = x + Rational(0.5), nearest = floor(raised);
  if (!nearest.is_exact()) return nearest;
  const bool tie = mpq_equal(raised.value(), nearest.value()) != 0;
  return tie && mpz_odd_p(mpq_numref(nearest.value())) != 0 ? nearest - Rational(1) : nearest;
}
Rational ratio(const Rational&, Index p, Index q) { return Rational::quotient(p, q); }
Rational real(const Rational&, double a) { return Rational(a); }
Rational pi(const Rational&) { return Rational(State::inexact); }

Truth less(const Rational& x, const Rational& y) {
  if (x.is_nan() || y.is_nan()) return Tri::no;
  if (!x.is_exact() || !y.is_exact()) return Tri::unknown;
  return tri(mpq_cmp(x.value(), y.value()) < 0);
}
Truth equal(const Rational& x, const Rational& y) {
  if (x.is_nan() || y.is_nan()) return Tri::no;
  if (!x.is_exact() || !y.is_exact()) return Tri::unknown;
  return tri(mpq_equal(x.value(), y.value()) != 0);
}
Truth is_nan(const Rational& x) { return x.is_nan() ? Tri::yes : x.is_exact() ? Tri::no : Tri::unknown; }
Truth is_infinite(const Rational& x) { return x.is_nan() || x.is_exact() ? Tri::no : Tri::unknown; }
Rational select(Truth t, const Rational& x, const Rational& y) {
  if (t.exact != Tri::unknown) return t.exact == Tri::yes ? x : y;
  if (x.is_exact() && y.is_exact()) return mpq_equal(x.value(), y.value()) != 0 ? x : Rational(State::inexact);
  return Rational(x.state() == y.state() ? x.state() : State::inexact);
}
std::optional<Index> to_index(const Rational& x) {
  if (!x.is_exact() || !is_integer(x) || mpz_fits_slong_p(mpq_numref(x.value())) == 0) return std::nullopt;
  return mpz_get_si(mpq_numref(x.value()));
}

std::ostream& operator<<(std::ostream& out, const Rational& x) { return out << x.text(); }

}  // namespace plumbline::spec
