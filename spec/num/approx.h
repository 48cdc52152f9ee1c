// Approx: the sum of two doubles with a proven bound on its own error, |exact − (centre + tail)| ≤ error.
#pragma once

#include <optional>

#include "spec/lang/shape.h"
#include "spec/lang/truth.h"
#include "spec/num/upward.h"

namespace plumbline::spec {

// What is known of an exact value: a real number within the enclosure; undefined (log of a negative); a pole (1/0, log
// 0); or nothing, because the enclosure overflowed or touched the edge of a domain.
enum class Known : std::uint8_t { value, nan, pole, nothing };

// centre is the double nearest to centre + tail, so that the sum carries about 106 bits. Bounds are kept in
// round-to-nearest by widening each of them, never by the rounding mode [approx B1].
class Approx {
 public:
  constexpr Approx() = default;
  explicit Approx(double value)  // exact; a NaN or an infinity is no real number
      : centre_(value),
        error_(std::isfinite(value) ? 0
               : std::isnan(value)  ? code(Known::nan)
                                    : code(Known::nothing)) {}
  explicit Approx(int value) : Approx(static_cast<double>(value)) {}
  explicit Approx(Index value);
  // Any real number within `radius` of `centre`.
  static Approx within(double centre, double radius) { return within(centre, 0, radius); }
  // … of centre + tail, whatever their sizes: they are normalised, exactly.
  static Approx within(double centre, double tail, double error);
  static Approx in(Known known) {
    Approx x;
    x.error_ = code(known);
    return x;
  }
  // An error-free double, unchecked: the value must be finite.
  static Approx exactly(double value) {
    Approx x;
    x.centre_ = value;
    return x;
  }

  double centre() const { return centre_; }
  double tail() const { return tail_; }
  double error() const { return error_; }  // of a value, about centre + tail
  double radius() const { return tail_ == 0 ? error_ : upward::add(error_, std::abs(tail_)); }  // about centre
  Known known() const { return error_ >= 0 ? Known::value : static_cast<Known>(static_cast<int>(-error_)); }
  bool is_value() const { return error_ >= 0; }
  bool is_point() const { return error_ == 0; }                // centre + tail itself
  bool is_exact() const { return error_ == 0 && tail_ == 0; }  // a single double

  friend Approx operator+(const Approx& x, const Approx& y);
  friend Approx operator-(const Approx& x, const Approx& y) { return x + -y; }
  friend Approx operator*(const Approx& x, const Approx& y);
  friend Approx operator/(const Approx& x, const Approx& y);
  Approx operator-() const {
    Approx x = *this;
    x.centre_ = -centre_, x.tail_ = -tail_;
    return x;
  }

 private:
  static constexpr double code(Known known) { return -static_cast<double>(known); }

  double centre_ = 0, tail_ = 0;
  double error_ = 0;  // or a code, below 0, of what is known where that is no value
};

// The enclosure's ends, outward: −inf and +inf where nothing is known.
double lower(const Approx& x);
double upper(const Approx& x);
// The value, where the enclosure is a single double.
inline std::optional<double> single(const Approx& x) {
  return x.is_exact() ? std::optional<double>(x.centre()) : std::nullopt;
}
inline Known known(const Approx& x) { return x.known(); }

Approx abs(const Approx& x);
Approx ramp(const Approx& x);
Approx maximum(const Approx& x, const Approx& y);
Approx minimum(const Approx& x, const Approx& y);
// By MPFR with 107 bits [approx B2], or by series in Approx itself, which bounds their roundings, and a proven bound on
// what they leave out [approx B5].
Approx sqrt(const Approx& x);
Approx cbrt(const Approx& x);
Approx exp(const Approx& x);
Approx exp2(const Approx& x);
Approx expm1(const Approx& x);
Approx log(const Approx& x);
Approx log2(const Approx& x);
Approx log1p(const Approx& x);
Approx sin(const Approx& x);
Approx cos(const Approx& x);
Approx atan(const Approx& x);
Approx tanh(const Approx& x);
Approx erf(const Approx& x);
Approx erfc(const Approx& x);
Approx pow(const Approx& x, const Approx& y);
// Where a step lies inside, any number from one side to the other.
Approx floor(const Approx& x);
Approx round_even(const Approx& x);
inline Approx computed_as(const Approx& exact, const Approx&) { return exact; }
Approx ratio(const Approx& x, Index p, Index q);
inline Approx real(const Approx&, double a) { return Approx(a); }
Approx pi(const Approx& x);
Truth less(const Approx& x, const Approx& y);
Truth equal(const Approx& x, const Approx& y);
Approx select(Truth t, const Approx& x, const Approx& y);
std::optional<Index> to_index(const Approx& x);

}  // namespace plumbline::spec
