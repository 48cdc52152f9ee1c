// rsqrt safe_sqrt cbrt exp2 expm1 log2 log1p sin cos tan atan atan2 smooth_abs
#include "runtime/cpu/transcendental.h"

#include <algorithm>

#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"

namespace plumbline::runtime {
namespace {

using F = spec::Function;

// y_i = f(x_i) for a function whose vector code holds for |x| ≤ most_reduced only: larger ones are done one by one.
template <class Moderate, class Any>
Block block_of_angles(Moderate moderate, Any any) {
  return [=](const void* const* in, void* out, Index n) {
    const auto* x = static_cast<const float*>(in[0]);
    auto* y = static_cast<float*>(out);
    constexpr Index together = 64;
    for (Index begin = 0; begin < n; begin += together) {
      const Index count = std::min(together, n - begin);
      float t[together];
      std::copy_n(x + begin, count, t);
      int huge = 0;
      for (Index k = 0; k < count; ++k) huge |= math::abs(t[k]) > math::wide::most_reduced;
      for (Index k = 0; k < count; ++k) y[begin + k] = moderate(t[k]);
      for (Index k = 0; huge != 0 && k < count; ++k)
        if (math::abs(t[k]) > math::wide::most_reduced) y[begin + k] = any(t[k]);
    }
  };
}

template <class Moderate, class Any>
void add_angles(KernelTable& table, std::string op, const spec::Claims& claims, Moderate moderate, Any any) {
  const auto bind = [](Block block) -> Bind {
    return [block](const spec::Op&, const Shapes&, const Shape&) {
      BoundKernel bound;
      bound.block = block;
      return bound;
    };
  };
  table.add(op, op + ".simd", claims, bind(block_of_angles(moderate, any)),
            bind(block_of<1, double>([any](double x) { return any(x); })));
}

// By octants; two infinities lie on a diagonal, and −0 is 0.
template <class T>
T angle(T y0, T x0) {
  const T infinity = std::numeric_limits<T>::infinity(), half_pi = T(math::wide::half_pi);
  const bool diagonal = (math::abs(y0) == infinity) & (math::abs(x0) == infinity);
  const T y = diagonal ? math::copysign(T(1), y0) : y0, x = diagonal ? math::copysign(T(1), x0) : x0;
  const bool steep = math::abs(x) < math::abs(y), origin = (x == 0) & (y == 0);
  const T top = steep ? x : y, bottom = steep ? y : x, a = math::atan(top / (origin ? T(1) : bottom));
  const T beside = (y < 0 ? -half_pi : half_pi) - a, behind = a + (y < 0 ? -2 * half_pi : 2 * half_pi);
  return origin ? T(0) : steep ? beside : x < 0 ? behind : a;
}

// m √(1 + (s/m)²) with m and s the larger and the smaller of |x| and √ε
template <class T>
T smooth_abs(T x, T c) {
  const T a = math::abs(x), m = a < c ? c : a, r = (a < c ? a : c) / m;
  return m * math::sqrt(1 + r * r);
}

}  // namespace

void register_transcendental(KernelTable& table) {
  table.add(elementwise<1>("rsqrt", [](auto x) { return 1 / math::sqrt(x); }));
  table.add(elementwise<1>("safe_sqrt", [](auto x) { return math::sqrt(x); }));
  table.add(elementwise<1>(
      "cbrt", [](auto x) { return math::cbrt(x); }, function_claims({{F::cbrt, math::cbrt_ulps}})));
  table.add(elementwise<1>(
      "exp2", [](auto x) { return math::exp2(x); }, function_claims({{F::exp2, math::exp2_ulps}})));
  table.add(elementwise<1>(
      "expm1", [](auto x) { return math::expm1(x); }, function_claims({{F::expm1, math::expm1_ulps}})));
  table.add(elementwise<1>(
      "log2", [](auto x) { return math::log2(x); }, function_claims({{F::log2, math::log2_ulps}})));
  table.add(elementwise<1>(
      "log1p", [](auto x) { return math::log1p(x); }, function_claims({{F::log1p, math::log1p_ulps}})));
  const spec::Claims circular = function_claims({{F::sin, math::sin_ulps}, {F::cos, math::cos_ulps}});
  add_angles(
      table, "sin", circular, [](float x) { return math::sin_moderate(x); }, [](auto x) { return math::sin(x); });
  add_angles(
      table, "cos", circular, [](float x) { return math::cos_moderate(x); }, [](auto x) { return math::cos(x); });
  add_angles(
      table, "tan", circular, [](float x) { return math::tan_moderate(x); }, [](auto x) { return math::tan(x); });
  const spec::Claims atan = function_claims({{F::atan, math::atan_ulps}});
  table.add(elementwise<1>(
      "atan", [](auto x) { return math::atan(x); }, atan));
  table.add(elementwise<2>(
      "atan2", [](auto y, auto x) { return angle(y, x); }, atan));
  table.add(elementwise_with<1>("smooth_abs", claims(), [](const spec::Op& op) {
    return [eps = attribute<double>(op, "eps")](auto x) {
      return smooth_abs(x, math::sqrt(static_cast<decltype(x)>(eps)));
    };
  }));
}

}  // namespace plumbline::runtime
