// An interval with MPFR endpoints that certainly holds the real value, or says that there may be none.
#pragma once

#include <mpfi.h>
#include <mpfr.h>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <utility>

#include "spec/lang/number.h"
#include "spec/lang/shape.h"
#include "spec/lang/truth.h"

namespace plumbline::spec {

// The precision in bits travels in each value: a result has the larger one of its operands. Literals are exact and
// demand none. An infinite endpoint means unbounded; the value itself is always a finite real number. The result of
// an operation holds that of all values in the operands: [ball B4].
class Ball {
 public:
  // `maybe_nan` may be undefined, and is otherwise in the interval; `pole` is a non-zero number over zero, or log 0:
  // any result that is not finite agrees with it; `nan` is certainly undefined. Ordered: the worse state wins.
  enum class State : std::uint8_t { value, maybe_nan, pole, nan };

  Ball() : Ball(Index{0}) {}
  explicit Ball(Index value);
  explicit Ball(int value) : Ball(Index{value}) {}
  explicit Ball(double value);  // NaN becomes `nan`, an infinity `pole`
  Ball(double lower, double upper, int precision);
  // The real number `value`, carried at `precision` bits (and at least the 53 that hold it).
  static Ball exact(double value, int precision);
  // From endpoints, rounded outwards.
  static Ball between(mpfr_srcptr lower, mpfr_srcptr upper, int precision);
  // p/q rounded outwards; `pole` or `nan` for q = 0.
  static Ball quotient(Index p, Index q, int precision);
  static Ball whole_line(int precision, State state = State::value);
  static Ball undefined(State state, int precision);  // state is nan or pole

  Ball(const Ball& o);
  Ball(Ball&& o) noexcept { take(o); }
  Ball& operator=(const Ball& o);
  Ball& operator=(Ball&& o) noexcept;
  ~Ball() { release(); }

  State state() const { return state_; }
  bool is_nan() const { return state_ == State::nan; }
  bool is_pole() const { return state_ == State::pole; }
  bool may_be_nan() const { return state_ != State::value; }
  bool has_value() const { return state_ <= State::maybe_nan; }  // the interval means something
  bool is_literal() const { return literal_; }
  int precision() const { return precision_; }

  // The endpoints; meaningful where has_value().
  mpfr_srcptr lo() const { return &v_->left; }
  mpfr_srcptr hi() const { return &v_->right; }
  mpfi_srcptr interval() const { return v_; }
  bool is_point() const { return has_value() && mpfr_equal_p(lo(), hi()) != 0; }
  bool is_bounded() const { return has_value() && mpfr_inf_p(lo()) == 0 && mpfr_inf_p(hi()) == 0; }
  bool contains(double value) const;
  bool contains_zero() const { return has_value() && mpfr_sgn(lo()) <= 0 && mpfr_sgn(hi()) >= 0; }

  // Bounds in double, rounded outwards; NaN where there is no value.
  double lower() const;
  double upper() const;
  double midpoint() const;   // a double in or next to the interval; NaN where there is no value
  double width() const;      // upper − lower, rounded up
  double magnitude() const;  // max |x|, rounded up

  // x ± radius: `radius` ≥ 0 may be infinite.
  Ball widened(double radius) const;
  // The same value read at another precision: more bits cost nothing, fewer round outwards.
  Ball at_precision(int precision) const;

  Ball& operator+=(const Ball& y);

 private:
  friend class Endpoints;

  static constexpr int inline_limbs = 4;  // of each endpoint: up to 256 bits live inside the value

  explicit Ball(int precision, State state, bool literal) : state_(state), literal_(literal) { allocate(precision); }
  void allocate(int precision);
  void release() noexcept {
    if (heap_ != nullptr) delete[] heap_;
  }
  void take(Ball& o) noexcept;
  void copy_value(const Ball& o);

  mpfi_t v_;
  mp_limb_t inline_[2 * inline_limbs];
  mp_limb_t* heap_ = nullptr;
  int precision_ = 0;
  State state_ = State::value;
  bool literal_ = false;
};

Ball operator+(const Ball& x, const Ball& y);
Ball operator-(const Ball& x, const Ball& y);
Ball operator*(const Ball& x, const Ball& y);
Ball operator/(const Ball& x, const Ball& y);
Ball operator-(const Ball& x);
Ball abs(const Ball& x);
Ball ramp(const Ball& x);
Ball maximum(const Ball& x, const Ball& y);
Ball minimum(const Ball& x, const Ball& y);
Ball sqrt(const Ball& x);
Ball cbrt(const Ball& x);
Ball exp(const Ball& x);
Ball exp2(const Ball& x);
Ball expm1(const Ball& x);
Ball log(const Ball& x);
Ball log2(const Ball& x);
Ball log1p(const Ball& x);
Ball sin(const Ball& x);
Ball cos(const Ball& x);
Ball atan(const Ball& x);
Ball tanh(const Ball& x);
Ball erf(const Ball& x);
Ball erfc(const Ball& x);
// x^y: for integer y on the whole line, else for x > 0 and 0^y, y > 0.
Ball pow(const Ball& x, const Ball& y);
// Where a step lies inside, the hull of both sides.
Ball floor(const Ball& x);
Ball round_even(const Ball& x);
inline Ball computed_as(const Ball& exact, const Ball&) { return exact; }
Ball ratio(const Ball& x, Index p, Index q);
Ball real(const Ball& x, double a);
Ball pi(const Ball& x);

// Comparisons with `nan` are false, as in IEEE 754.
Truth less(const Ball& x, const Ball& y);
Truth equal(const Ball& x, const Ball& y);
// A pole may be either.
Truth is_nan(const Ball& x);
Truth is_infinite(const Ball& x);
// An unknown truth gives the hull of both branches.
Ball select(Truth t, const Ball& x, const Ball& y);
Ball hull(const Ball& x, const Ball& y);
std::optional<Index> to_index(const Ball& x);

// `[lower, upper]` in hexadecimal, or the state.
std::ostream& operator<<(std::ostream& out, const Ball& x);

// Adds in place.
template <>
struct Summation<Ball> {
  template <class Term>
  static Ball sum(Index n, Term&& term) {
    if (n == 0) return Ball(Index{0});
    Ball total = term(Index{0});
    for (Index k = 1; k < n; ++k) total += term(k);
    return total;
  }
};

}  // namespace plumbline::spec
