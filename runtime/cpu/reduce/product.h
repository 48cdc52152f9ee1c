// A long product whose partial products never leave the range.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "runtime/core/kernel.h"

namespace plumbline::runtime {

// A left fold of products in binary64 with an exponent of its own, so that no partial product leaves the range.
class ScaledProduct {
 public:
  void by(double x) {
    const double size = std::abs(x);
    if (size != 0 && size < infinity && !(size > low && size < high)) {
      int shift = 0;
      x = std::frexp(x, &shift), exponent_ += shift;
    }
    const double y = m_ * x;
    tail_ = std::fma(m_, x, -y), m_ = y;
    if (const double m = std::abs(m_); m != 0 && m < infinity && !(m > low && m < high)) {
      int shift = 0;
      m_ = std::frexp(m_, &shift), exponent_ += shift;
    }
  }
  void by(const ScaledProduct& other) {
    by(other.m_);
    exponent_ += other.exponent_;
  }
  // Rounded once from m_: where that falls among the subnormal numbers, m_ is first made odd on the side of what the
  // last product lost, so that it is not rounded twice.
  double value() const {
    if (exponent_ == 0) return m_;
    double m = m_;
    if (tail_ != 0 && std::isfinite(m) && (std::bit_cast<std::uint64_t>(m) & 1) == 0)
      if (const auto e = std::ilogb(m) + exponent_; m != 0 && e < std::numeric_limits<double>::min_exponent)
        m = std::nextafter(m, tail_ > 0 ? infinity : -infinity);
    return std::ldexp(m, static_cast<int>(std::clamp<Index>(exponent_, -4096, 4096)));
  }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity(), low = 0x1p-500, high = 0x1p500;
  double m_ = 1, tail_ = 0;
  Index exponent_ = 0;
};

// The format of a product between its operands and its result.
inline spec::Claims product_claims() {
  spec::Claims wide = claims(spec::Order::left);
  wide.intermediate = wide.accumulator = spec::binary64;
  return wide;
}

}  // namespace plumbline::runtime
