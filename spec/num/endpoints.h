// How the operations on Ball write endpoints: precision, state and directed rounding in one place.
#pragma once

#include <algorithm>

#include "spec/num/ball.h"

namespace plumbline::spec {

// Precision of the results of two literals: their sums and products are exact below it, quotients and functions of
// literals are enclosed once and for all. Use ratio, real and pi where a number must be refined.
inline constexpr int literal_sum_bits = 256, literal_function_bits = 1024;

class Endpoints {
 public:
  static mpfr_ptr lo(Ball& b) { return &b.v_->left; }
  static mpfr_ptr hi(Ball& b) { return &b.v_->right; }
  static void set_state(Ball& b, Ball::State s) { b.state_ = s; }

  // A fresh result for an operation on x, or on x and y, in the state that the operands force on it.
  static Ball result(const Ball& x, int literal_bits) {
    return Ball(x.literal_ ? literal_bits : x.precision_, x.state_, x.literal_);
  }
  static Ball result(const Ball& x, const Ball& y, int literal_bits) {
    const int bits = x.literal_ ? (y.literal_ ? literal_bits : y.precision_)
                                : (y.literal_ ? x.precision_ : std::max(x.precision_, y.precision_));
    return Ball(bits, std::max(x.state_, y.state_), x.literal_ && y.literal_);
  }
  // The function of a pole may be anything.
  static void forget_pole(Ball& r) {
    if (r.state_ != Ball::State::pole) return;
    whole_line(r);
    r.state_ = Ball::State::maybe_nan;
  }
  static void whole_line(Ball& r) {
    mpfr_set_inf(lo(r), -1);
    mpfr_set_inf(hi(r), 1);
  }
  static void maybe(Ball& r) { r.state_ = std::max(r.state_, Ball::State::maybe_nan); }
  // Endpoints that came out as NaN (∞ − ∞) say nothing.
  static Ball& checked(Ball& r) {
    if (mpfr_nan_p(lo(r)) != 0 || mpfr_nan_p(hi(r)) != 0) whole_line(r), maybe(r);
    return r;
  }
  // hi := the least number at or above the exact value, where lo is that value rounded down with this ternary result.
  static void close(Ball& r, int ternary) {
    mpfr_set(hi(r), lo(r), MPFR_RNDU);
    if (ternary != 0) mpfr_nextabove(hi(r));
  }
};

}  // namespace plumbline::spec
