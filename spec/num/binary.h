// Binary<F>: IEEE 754 arithmetic in the format F, bit for bit, one correct rounding for each operation.
#pragma once

#include <cmath>
#include <optional>
#include <ostream>

#include "spec/lang/floats.h"
#include "spec/lang/format.h"
#include "spec/lang/numbers.h"
#include "spec/lang/shape.h"
#include "spec/lang/truth.h"
#include "spec/num/round.h"

namespace plumbline::spec {

// The operations on numbers of one format, each rounded once in direction d. NaN, infinities and signed zeros follow
// IEEE 754-2019, clauses 5 and 6.3, the functions clause 9.2.
namespace ieee {

using Unary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using Binary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

double apply(Unary function, double x, const Format& f, Direction d = Direction::nearest_even);
double apply(Binary function, double x, double y, const Format& f, Direction d = Direction::nearest_even);
double add(double x, double y, const Format& f, Direction d = Direction::nearest_even);
double subtract(double x, double y, const Format& f, Direction d = Direction::nearest_even);
double multiply(double x, double y, const Format& f, Direction d = Direction::nearest_even);
double divide(double x, double y, const Format& f, Direction d = Direction::nearest_even);
double fma(double x, double y, double z, const Format& f, Direction d = Direction::nearest_even);
double quotient(Index p, Index q, const Format& f, Direction d = Direction::nearest_even);
double integer(Index value, const Format& f, Direction d = Direction::nearest_even);
double pi(const Format& f, Direction d = Direction::nearest_even);

}  // namespace ieee

// The direction of rounding travels in the value: a result takes the first one of its operands that is not the
// default. Literals are rounded to the nearest number of F.
template <const Format& F>
class Binary {
 public:
  Binary() = default;
  explicit Binary(Index value) : value_(ieee::integer(value, F)) {}
  explicit Binary(int value) : Binary(Index{value}) {}
  explicit Binary(double value, Direction d = Direction::nearest_even) : value_(round_to(value, F, d)), direction_(d) {}

  static constexpr const Format& format() { return F; }
  static Binary from_bits(std::uint64_t bits) { return number(decode(bits, F), Direction::nearest_even); }
  std::uint64_t bits() const { return encode(value_, F); }
  double value() const { return value_; }  // exact
  Direction direction() const { return direction_; }
  // The same number, whose operations round in direction d.
  Binary rounding(Direction d) const { return number(value_, d); }

  friend Binary operator+(Binary x, Binary y) { return two(ieee::add, x, y); }
  friend Binary operator-(Binary x, Binary y) { return two(ieee::subtract, x, y); }
  friend Binary operator*(Binary x, Binary y) { return two(ieee::multiply, x, y); }
  friend Binary operator/(Binary x, Binary y) { return two(ieee::divide, x, y); }
  friend Binary operator-(Binary x) { return number(-x.value_, x.direction_); }
  // x y + z, rounded once.
  friend Binary fma(Binary x, Binary y, Binary z) {
    const Direction d = joint(joint(x.direction_, y.direction_), z.direction_);
    return number(ieee::fma(x.value_, y.value_, z.value_, F, d), d);
  }

  friend Binary abs(Binary x) { return number(std::fabs(x.value_), x.direction_); }
  friend Binary ramp(Binary x) { return number(spec::ramp(x.value_), x.direction_); }
  friend Binary maximum(Binary x, Binary y) { return chosen(spec::maximum(x.value_, y.value_), x, y); }
  friend Binary minimum(Binary x, Binary y) { return chosen(spec::minimum(x.value_, y.value_), x, y); }
  friend Binary sqrt(Binary x) { return one(mpfr_sqrt, x); }
  friend Binary cbrt(Binary x) { return one(mpfr_cbrt, x); }
  friend Binary exp(Binary x) { return one(mpfr_exp, x); }
  friend Binary exp2(Binary x) { return one(mpfr_exp2, x); }
  friend Binary expm1(Binary x) { return one(mpfr_expm1, x); }
  friend Binary log(Binary x) { return one(mpfr_log, x); }
  friend Binary log2(Binary x) { return one(mpfr_log2, x); }
  friend Binary log1p(Binary x) { return one(mpfr_log1p, x); }
  friend Binary sin(Binary x) { return one(mpfr_sin, x); }
  friend Binary cos(Binary x) { return one(mpfr_cos, x); }
  friend Binary atan(Binary x) { return one(mpfr_atan, x); }
  friend Binary tanh(Binary x) { return one(mpfr_tanh, x); }
  friend Binary erf(Binary x) { return one(mpfr_erf, x); }
  friend Binary erfc(Binary x) { return one(mpfr_erfc, x); }
  friend Binary pow(Binary x, Binary y) {
    const Direction d = joint(x.direction_, y.direction_);
    return number(ieee::apply(mpfr_pow, x.value_, y.value_, F, d), d);
  }
  friend Binary floor(Binary x) { return number(spec::floor(x.value_), x.direction_); }  // never rounds
  friend Binary round_even(Binary x) { return number(spec::round_even(x.value_), x.direction_); }
  friend Binary computed_as(Binary, Binary approx) { return approx; }
  friend Binary ratio(Binary x, Index p, Index q) {
    return number(ieee::quotient(p, q, F, x.direction_), x.direction_);
  }
  friend Binary real(Binary x, double a) { return Binary(a, x.direction_); }
  friend Binary pi(Binary x) { return number(ieee::pi(F, x.direction_), x.direction_); }

  friend Truth less(Binary x, Binary y) { return tri(x.value_ < y.value_); }
  friend Truth equal(Binary x, Binary y) { return tri(x.value_ == y.value_); }
  friend Truth is_nan(Binary x) { return spec::is_nan(x.value_); }
  friend Truth is_infinite(Binary x) { return spec::is_infinite(x.value_); }
  friend Binary select(Truth t, Binary x, Binary y) { return t.exact == Tri::yes ? x : y; }
  friend std::optional<Index> to_index(Binary x) { return spec::to_index(x.value_); }
  friend std::ostream& operator<<(std::ostream& out, Binary x) { return out << x.value_; }

 private:
  static constexpr Direction joint(Direction a, Direction b) { return a != Direction::nearest_even ? a : b; }
  static Binary number(double value, Direction d) {
    Binary r;
    r.value_ = value, r.direction_ = d;
    return r;
  }
  static Binary chosen(double value, Binary x, Binary y) { return number(value, joint(x.direction_, y.direction_)); }
  static Binary one(ieee::Unary function, Binary x) {
    return number(ieee::apply(function, x.value_, F, x.direction_), x.direction_);
  }
  static Binary two(double (*op)(double, double, const Format&, Direction), Binary x, Binary y) {
    const Direction d = joint(x.direction_, y.direction_);
    return number(op(x.value_, y.value_, F, d), d);
  }

  double value_ = 0;
  Direction direction_ = Direction::nearest_even;
};

}  // namespace plumbline::spec
