// Floating-point formats of values: precision and exponent range, IEEE 754-2019 §3.
#pragma once

#include <array>
#include <cmath>
#include <optional>
#include <string_view>

namespace plumbline::spec {

// Values are ±m·2^(e−p+1) with integer 0 ≤ m < 2^p and emin ≤ e ≤ emax. e4m3 has no infinity and one NaN, so its
// largest finite value has all but the last significand bit set (OCP 8-bit formats, 2023).
struct Format {
  std::string_view name;
  int precision;  // p, the implicit bit included
  int emin, emax;
  int bits;       // of storage
  bool has_infinity = true;

  constexpr bool operator==(const Format& o) const { return name == o.name; }

  // The unit roundoff u = 2^−p.
  double unit_roundoff() const { return std::ldexp(1.0, -precision); }
  // The smallest subnormal, 2^(emin−p+1), and the smallest normal number, 2^emin. Both are exact in double.
  double smallest_subnormal() const { return std::ldexp(1.0, emin - precision + 1); }
  double smallest_normal() const { return std::ldexp(1.0, emin); }
  double largest() const {
    const double ulps = has_infinity ? 1.0 : 2.0;
    return std::ldexp(2.0 - ulps * std::ldexp(1.0, 1 - precision), emax);
  }
};

inline constexpr Format binary16{"binary16", 11, -14, 15, 16};
inline constexpr Format bfloat16{"bfloat16", 8, -126, 127, 16};
inline constexpr Format tf32{"tf32", 11, -126, 127, 32};
inline constexpr Format binary32{"binary32", 24, -126, 127, 32};
inline constexpr Format binary64{"binary64", 53, -1022, 1023, 64};
inline constexpr Format e4m3{"e4m3", 4, -6, 8, 8, false};
inline constexpr Format e5m2{"e5m2", 3, -14, 15, 8};
// The digits of binary32 with the exponents of binary64: of intermediate results in binary32 whose kernel computes
// again in a wider range where one has left its own.
inline constexpr Format wide32{"wide32", 24, -1022, 1023, 64};
inline constexpr std::array formats{binary16, bfloat16, tf32, binary32, binary64, e4m3, e5m2};

// By name, or by the short names that people write: f16 bf16 tf32 f32 f64 e4m3 e5m2.
inline std::optional<Format> format_named(std::string_view name) {
  for (const Format& f : formats)
    if (f.name == name) return f;
  if (name == wide32.name) return wide32;
  if (name == "f16" || name == "fp16" || name == "float16") return binary16;
  if (name == "bf16") return bfloat16;
  if (name == "f32" || name == "fp32" || name == "float32") return binary32;
  if (name == "f64" || name == "fp64" || name == "float64") return binary64;
  return std::nullopt;
}

}  // namespace plumbline::spec
