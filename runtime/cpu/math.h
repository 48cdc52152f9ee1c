// Elementary functions: in float32 free of branches and calls, so that loops over them become vector code; in float64
// glibc's.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

// Products are fused into sums only where `fma` says so: a scalar tail has the bits of the vector body. The bounds
// below are in ulps of the result; `function_ulps` sweeps all 2^32 arguments. Coefficients: minimax fits of the stated
// function on the stated interval, relative error below 2^-25 of the function's value.
namespace plumbline::runtime::math {

inline constexpr float infinity = std::numeric_limits<float>::infinity();

inline float fma(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
inline float abs(float x) { return __builtin_fabsf(x); }
inline float copysign(float x, float sign) { return __builtin_copysignf(x, sign); }
inline float sqrt(float x) { return __builtin_sqrtf(x); }

// Largest errors, rounded up.
inline constexpr double exp_ulps = 1.0625, log_ulps = 1.0, tanh_ulps = 1.5, erf_ulps = 1.25;

// 2^k, −126 ≤ k ≤ 127
inline float power_of_two(std::int32_t k) {
  return std::bit_cast<float>((static_cast<std::uint32_t>(k) + 127u) << 23);
}

// e^c = 2^k e^r with |r| ≤ ln 2 / 2, for |c| ≤ 104; e^r = 1 + r + r² q(r).
struct Scaled {
  float p;  // e^r
  std::int32_t k;
};
inline Scaled exp_scaled(float c) {
  constexpr float log2_e = 0x1.715476p+0f, ln2_hi = 0x1.62e4p-1f, ln2_lo = 0x1.7f7d1cp-20f, shift = 0x1.8p+23f;
  const float shifted = fma(c, log2_e, shift);
  const auto k = static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(shift));
  const float n = shifted - shift;
  const float r = fma(n, -ln2_lo, fma(n, -ln2_hi, c));
  float q = 0x1.6a2434p-10f;
  q = fma(q, r, 0x1.1239e2p-7f);
  q = fma(q, r, 0x1.5558f2p-5f);
  q = fma(q, r, 0x1.555492p-3f);
  q = fma(q, r, 0x1.fffffcp-2f);
  return {1.0f + fma(r * r, q, r), k};
}

// e^x; the scale is applied in two steps, so that a subnormal result is rounded once.
inline float exp(float x) {
  float c = x > 89.0f ? 89.0f : x;
  c = c < -104.0f ? -104.0f : c;
  const auto [p, k] = exp_scaled(c);
  const std::int32_t half = k >> 1;
  const auto rest = static_cast<std::int32_t>(static_cast<std::uint32_t>(k) - static_cast<std::uint32_t>(half));
  return p * power_of_two(half) * power_of_two(rest);
}

// The same for |x| ≤ 87 or NaN, where nothing overflows or is subnormal.
inline float exp_moderate(float x) {
  const auto [p, k] = exp_scaled(x);
  return p * power_of_two(k);
}

// ln x = e ln 2 + ln m with √½ ≤ m < √2; with f = m − 1, ln m = f − f²/2 + f³ p(f).
inline float log(float x) {
  constexpr float ln2_hi = 0x1.62e4p-1f, ln2_lo = 0x1.7f7d1cp-20f;
  const bool tiny = x < 0x1p-126f;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(tiny ? x * 0x1p+23f : x);
  const std::int32_t k = static_cast<std::int32_t>(bits - 0x3f3504f3u) >> 23;
  const float m = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(k) << 23));
  const float e = static_cast<float>(k) - (tiny ? 23.0f : 0.0f), f = m - 1.0f;
  float p = 0x1.1457e4p-4f;
  p = fma(p, f, -0x1.de3bf6p-4f);
  p = fma(p, f, 0x1.e6f03cp-4f);
  p = fma(p, f, -0x1.fc2208p-4f);
  p = fma(p, f, 0x1.23376cp-3f);
  p = fma(p, f, -0x1.555c4ep-3f);
  p = fma(p, f, 0x1.99a4b6p-3f);
  p = fma(p, f, -0x1.000006p-2f);
  p = fma(p, f, 0x1.555548p-2f);
  const float tail = fma(f * f, fma(f, p, -0.5f), e * ln2_lo);
  float y = fma(e, ln2_hi, f + tail);
  y = x == 0.0f ? -infinity : y;
  y = x < 0.0f ? std::numeric_limits<float>::quiet_NaN() : y;
  return x < infinity ? y : x;
}

// |x| < 5/8: x + x³ p(x²); beyond: 1 − 2 / (e^2|x| + 1).
inline float tanh(float x) {
  const float t = abs(x), z = x * x;
  float p = 0x1.0df3b4p-9f;
  p = fma(p, z, -0x1.08f308p-7f);
  p = fma(p, z, 0x1.62eedep-6f);
  p = fma(p, z, -0x1.b9e042p-5f);
  p = fma(p, z, 0x1.11101ep-3f);
  p = fma(p, z, -0x1.555552p-2f);
  const float small = fma(z * x, p, x);
  const float c = t > 10.0f ? 10.0f : t;
  const float large = copysign(1.0f - 2.0f / (exp_moderate(2.0f * c) + 1.0f), x);
  return t < 0.625f ? small : large;
}

// |x| < 0.9277: x + x p(x²); beyond: 1 − exp(−t − t q(t)), t = |x|.
inline float erf(float x) {
  const float t = abs(x), z = x * x;
  float p = 0x1.5cd4aap-14f;
  p = fma(p, z, -0x1.aa3f2cp-11f);
  p = fma(p, z, 0x1.54c7f4p-8f);
  p = fma(p, z, -0x1.b80e90p-6f);
  p = fma(p, z, 0x1.ce2e0ap-4f);
  p = fma(p, z, -0x1.812742p-2f);
  p = fma(p, z, 0x1.06eba8p-3f);
  const float small = fma(p, x, x);
  const float c = t > 4.0f ? 4.0f : t;
  float q = 0x1.78ea5ap-17f;
  q = fma(q, c, -0x1.52804ep-12f);
  q = fma(q, c, 0x1.dd6ec4p-9f);
  q = fma(q, c, -0x1.8551dcp-6f);
  q = fma(q, c, 0x1.b32598p-4f);
  q = fma(q, c, 0x1.45328ap-1f);
  q = fma(q, c, 0x1.0778dep-3f);
  const float large = copysign(1.0f - exp_moderate(-fma(q, c, c)), x);
  return t < 0.9277f ? small : large;
}

// glibc's functions, whose ulps in_float64 claims.
inline double fma(double x, double y, double z) { return __builtin_fma(x, y, z); }
inline double abs(double x) { return __builtin_fabs(x); }
inline double copysign(double x, double sign) { return __builtin_copysign(x, sign); }
inline double sqrt(double x) { return __builtin_sqrt(x); }
inline double exp(double x) { return std::exp(x); }
inline double exp_moderate(double x) { return std::exp(x); }
inline double log(double x) { return std::log(x); }
inline double tanh(double x) { return std::tanh(x); }
inline double erf(double x) { return std::erf(x); }

// 1 / (1 + e^−x), by e^x / (1 + e^x) for x < 0
template <class T>
T sigmoid(T x) {
  const T e = exp(-abs(x));
  return (x < 0 ? e : T(1)) / (1 + e);
}

}  // namespace plumbline::runtime::math
