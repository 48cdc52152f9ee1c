// sin cos tan
#include <algorithm>

#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/function/transcendental.h"

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

}  // namespace

void register_sin(KernelTable& table) {
  const spec::Claims circular = function_claims({{F::sin, math::sin_ulps}, {F::cos, math::cos_ulps}});
  add_angles(
      table, "sin", circular, [](float x) { return math::sin_moderate(x); }, [](auto x) { return math::sin(x); });
  add_angles(
      table, "cos", circular, [](float x) { return math::cos_moderate(x); }, [](auto x) { return math::cos(x); });
  add_angles(
      table, "tan", circular, [](float x) { return math::tan_moderate(x); }, [](auto x) { return math::tan(x); });
}

}  // namespace plumbline::runtime
