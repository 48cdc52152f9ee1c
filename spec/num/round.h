// Rounding of real numbers to floating-point formats, in any of the five directions of IEEE 754-2019.
#pragma once

#include <mpfr.h>

#include <cstdint>

#include "spec/lang/format.h"

namespace plumbline::spec {

enum class Direction : std::uint8_t { nearest_even, nearest_away, toward_zero, up, down };

// The number of `f` nearest to x, ties to even: subnormals kept, overflow to infinity, or to NaN where the format has
// no infinity. Every number of every format is exact in double.
double round_to_format(double x, const Format& f);

// The same in any direction: a directed rounding that overflows may stop at the largest finite number.
double round_to(double x, const Format& f, Direction d);

// The real number of which x, with 64 bits, is the truncation: `ternary` ≠ 0 says that something was cut off.
double round_to(mpfr_srcptr x, int ternary, const Format& f, Direction d = Direction::nearest_even);

// ±(magnitude · 2^exponent), plus something below one unit of `magnitude` if `sticky`, rounded to f; magnitude ≠ 0,
// and its top bit is set if `sticky`: [binary B1].
double round_significand(bool negative, std::uint64_t magnitude, std::int64_t exponent, bool sticky, const Format& f,
                         Direction d);

// The storage bits of a number of f, and back; tf32 lies in the upper 19 of its 32 bits.
std::uint64_t encode(double x, const Format& f);
double decode(std::uint64_t bits, const Format& f);

// A 64-bit MPFR number on the stack.
class Significand64 {
 public:
  Significand64() { mpfr_custom_init_set(x_, MPFR_ZERO_KIND, 0, 64, &limb_); }
  explicit Significand64(double a) : Significand64() { mpfr_set_d(x_, a, MPFR_RNDZ); }
  Significand64(const Significand64&) = delete;
  Significand64& operator=(const Significand64&) = delete;
  mpfr_ptr get() { return x_; }

 private:
  mpfr_t x_;
  mp_limb_t limb_ = 0;
};

}  // namespace plumbline::spec
