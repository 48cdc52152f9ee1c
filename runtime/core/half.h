// Half and BFloat16: 16 bits of storage for numbers that are computed in float32, with rounding to nearest even.
#pragma once

#include <bit>
#include <cstdint>

#include "spec/lang/shape.h"

namespace plumbline::runtime {

// binary16: 11 bits of precision, up to 65504, subnormals down to 2^-24.
struct Half {
  std::uint16_t bits = 0;
  bool operator==(const Half&) const = default;
};

// bfloat16: the upper half of a float's bits.
struct BFloat16 {
  std::uint16_t bits = 0;
  bool operator==(const BFloat16&) const = default;
};

// A NaN stays one, is quiet afterwards and keeps the upper bits of its payload.
inline float widen(Half h) {
  const std::uint32_t sign = (h.bits & 0x8000u) << 16, m = h.bits & 0x7fffu;
  if (m >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | m << 13 | (m > 0x7c00u ? 0x400000u : 0u));
  const float y = std::bit_cast<float>(m << 13) * 0x1p+112f;  // exact, for subnormals as well
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(y) | sign);
}
inline float widen(BFloat16 b) { return std::bit_cast<float>(static_cast<std::uint32_t>(b.bits) << 16); }

template <class T>
T narrow(float x);
template <>
inline Half narrow<Half>(float x) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x), a = bits & 0x7fffffffu, sign = bits >> 16 & 0x8000u;
  std::uint32_t y = 0;
  if (a > 0x7f800000u) y = 0x7e00u | (a >> 13 & 0x3ffu);
  else if (a >= 0x477ff000u) y = 0x7c00u;  // 65520 and beyond
  else if (a < 0x38800000u)                // below 2^-14: the last bit of ½ + |x| is 2^-24
    y = std::bit_cast<std::uint32_t>(std::bit_cast<float>(a) + 0.5f) - std::bit_cast<std::uint32_t>(0.5f);
  else y = ((a + 0xfffu + (a >> 13 & 1u)) >> 13) - (112u << 10);
  return {static_cast<std::uint16_t>(sign | y)};
}
template <>
inline BFloat16 narrow<BFloat16>(float x) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
  const std::uint32_t rounded = bits + 0x7fffu + (bits >> 16 & 1u);
  return {static_cast<std::uint16_t>(nan ? bits >> 16 | 0x40u : rounded >> 16)};
}

// Runs of elements, by the hardware where it can; the same bits as one by one.
void widen(const Half* from, float* to, spec::Index n);
void widen(const BFloat16* from, float* to, spec::Index n);
void narrow(const float* from, Half* to, spec::Index n);
void narrow(const float* from, BFloat16* to, spec::Index n);

// A double in the nearest number of any of the real dtypes, rounded once; and back, exactly.
template <class T>
T rounded(double x) {
  if constexpr (requires { T{}.bits; }) {
    float odd = static_cast<float>(x);  // rounded to odd, so that the second rounding sees which side it came from
    if (static_cast<double>(odd) != x && odd == odd && !(std::bit_cast<std::uint32_t>(odd) & 1u)) {
      const bool away = (static_cast<double>(odd) > x) == (x > 0);  // odd's magnitude exceeds that of x
      odd = std::bit_cast<float>(std::bit_cast<std::uint32_t>(odd) + (away ? ~0u : 1u));
    }
    return narrow<T>(odd);
  } else {
    return static_cast<T>(x);
  }
}
template <class T>
double exact(T x) {
  if constexpr (requires { x.bits; }) return static_cast<double>(widen(x));
  else return static_cast<double>(x);
}

}  // namespace plumbline::runtime
