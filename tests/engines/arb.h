// A second number engine, independent of spec/num: balls with a midpoint and a radius by Arb instead of MPFI intervals.
#pragma once

#include <arb.h>

#include <optional>
#include <utility>

#include "spec/lang/number.h"
#include "spec/lang/shape.h"
#include "spec/lang/truth.h"

namespace plumbline::test {

using spec::Index;
using spec::Tri;
using spec::Truth;

// The precision in bits travels in each value; literals are exact and demand none. A value that is undefined or out of
// reach is the ball that says nothing. `elementary` tells whether a function other than + − × ÷ was used on its way.
class Arb {
 public:
  Arb() { arb_init(v_); }
  explicit Arb(Index value) : Arb() { arb_set_si(v_, value); }
  explicit Arb(int value) : Arb(Index{value}) {}
  explicit Arb(double value) : Arb() { arb_set_d(v_, value); }
  Arb(double value, int precision) : Arb(value) { precision_ = precision; }
  Arb(const Arb& o) : precision_(o.precision_), elementary_(o.elementary_) {
    arb_init(v_);
    arb_set(v_, o.v_);
  }
  Arb(Arb&& o) noexcept : Arb() { swap(o); }
  Arb& operator=(Arb o) noexcept {
    swap(o);
    return *this;
  }
  ~Arb() { arb_clear(v_); }

  arb_srcptr get() const { return v_; }
  arb_ptr get() { return v_; }
  int precision() const { return precision_; }
  bool elementary() const { return elementary_; }
  bool says_something() const { return arb_is_finite(v_) != 0; }

  // A value to be computed from x and y, and the precision for it: exact where literals meet in `exact` operations.
  static Arb from(const Arb& x, const Arb& y, bool elementary = false) {
    Arb r;
    r.precision_ = std::max(x.precision_, y.precision_);
    r.elementary_ = x.elementary_ || y.elementary_ || elementary;
    return r;
  }
  slong bits() const { return precision_ > 0 ? precision_ : literal_bits; }
  slong exact_bits() const { return precision_ > 0 ? precision_ : ARF_PREC_EXACT; }

 private:
  static constexpr slong literal_bits = 256;
  void swap(Arb& o) noexcept {
    arb_swap(v_, o.v_);
    std::swap(precision_, o.precision_);
    std::swap(elementary_, o.elementary_);
  }

  arb_t v_;
  int precision_ = 0;
  bool elementary_ = false;
};

Arb operator+(const Arb& x, const Arb& y);
Arb operator-(const Arb& x, const Arb& y);
Arb operator*(const Arb& x, const Arb& y);
Arb operator/(const Arb& x, const Arb& y);
Arb operator-(const Arb& x);
Arb abs(const Arb& x);
Arb ramp(const Arb& x);
Arb maximum(const Arb& x, const Arb& y);
Arb minimum(const Arb& x, const Arb& y);
Arb sqrt(const Arb& x);
Arb cbrt(const Arb& x);
Arb exp(const Arb& x);
Arb exp2(const Arb& x);
Arb expm1(const Arb& x);
Arb log(const Arb& x);
Arb log2(const Arb& x);
Arb log1p(const Arb& x);
Arb sin(const Arb& x);
Arb cos(const Arb& x);
Arb atan(const Arb& x);
Arb tanh(const Arb& x);
Arb erf(const Arb& x);
Arb erfc(const Arb& x);
Arb pow(const Arb& x, const Arb& y);
Arb floor(const Arb& x);
Arb round_even(const Arb& x);
inline Arb computed_as(const Arb& exact, const Arb&) { return exact; }
Arb ratio(const Arb& x, Index p, Index q);
Arb real(const Arb& x, double a);
Arb pi(const Arb& x);
Truth less(const Arb& x, const Arb& y);
Truth equal(const Arb& x, const Arb& y);
Arb select(Truth t, const Arb& x, const Arb& y);
std::optional<Index> to_index(const Arb& x);

static_assert(spec::Number<Arb>);

}  // namespace plumbline::test
