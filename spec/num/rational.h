// The exact value, where it is a rational number.
#pragma once

#include <gmp.h>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "spec/lang/shape.h"
#include "spec/lang/truth.h"

namespace plumbline::spec {

class Rational {
 public:
  // `inexact` is a number that this type cannot hold, such as e or π; `pole` is a non-zero number over zero, or log 0;
  // `nan` is undefined. Ordered: the worse state wins.
  enum class State : std::uint8_t { value, inexact, pole, nan };

  Rational() : Rational(Index{0}) {}
  explicit Rational(Index value);
  explicit Rational(int value) : Rational(Index{value}) {}
  explicit Rational(double value);  // NaN becomes `nan`, an infinity `pole`
  explicit Rational(State state) : state_(state) { mpq_init(q_); }
  // p/q in lowest terms; `pole` or `nan` for q = 0.
  static Rational quotient(Index p, Index q);

  Rational(const Rational& o);
  Rational(Rational&& o) noexcept;
  Rational& operator=(const Rational& o);
  Rational& operator=(Rational&& o) noexcept;
  ~Rational() { mpq_clear(q_); }

  State state() const { return state_; }
  bool is_exact() const { return state_ == State::value; }
  bool is_nan() const { return state_ == State::nan; }
  bool is_pole() const { return state_ == State::pole; }
  // The value in lowest terms; 0 where is_exact() is false.
  mpq_srcptr value() const { return q_; }
  mpq_ptr mutable_value() { return q_; }  // must be left in lowest terms
  int sign() const { return mpq_sgn(q_); }
  // The nearest double, ties to even; NaN where there is no value.
  double nearest() const;
  std::string text() const;  // p/q, or the state

  Rational& operator+=(const Rational& y);

 private:
  mpq_t q_;
  State state_ = State::value;
};

Rational operator+(const Rational& x, const Rational& y);
Rational operator-(const Rational& x, const Rational& y);
Rational operator*(const Rational& x, const Rational& y);
Rational operator/(const Rational& x, const Rational& y);
Rational operator-(const Rational& x);
Rational abs(const Rational& x);
Rational ramp(const Rational& x);
Rational maximum(const Rational& x, const Rational& y);
Rational minimum(const Rational& x, const Rational& y);

// Exact at the arguments where the result is known to be rational, `inexact` elsewhere.
Rational sqrt(const Rational& x);
Rational cbrt(const Rational& x);
Rational exp(const Rational& x);
Rational exp2(const Rational& x);
Rational expm1(const Rational& x);
Rational log(const Rational& x);
Rational log2(const Rational& x);
Rational log1p(const Rational& x);
Rational sin(const Rational& x);
Rational cos(const Rational& x);
Rational atan(const Rational& x);
Rational tanh(const Rational& x);
Rational erf(const Rational& x);
Rational erfc(const Rational& x);
// Exact for integer y and for roots that come out; `inexact` too where the result would exceed 2^24 bits.
Rational pow(const Rational& x, const Rational& y);
Rational floor(const Rational& x);
Rational round_even(const Rational& x);
inline Rational computed_as(const Rational& exact, const Rational&) { return exact; }
Rational ratio(const Rational& x, Index p, Index q);
Rational real(const Rational& x, double a);
Rational pi(const Rational& x);

// Comparisons with `nan` are false; those with `inexact` or `pole` unknown.
Truth less(const Rational& x, const Rational& y);
Truth equal(const Rational& x, const Rational& y);
// A pole may be either, and `inexact` too, since it may be a function of a pole.
Truth is_nan(const Rational& x);
Truth is_infinite(const Rational& x);
// An unknown truth gives x where x = y, else `inexact`.
Rational select(Truth t, const Rational& x, const Rational& y);
std::optional<Index> to_index(const Rational& x);

std::ostream& operator<<(std::ostream& out, const Rational& x);

}  // namespace plumbline::spec
