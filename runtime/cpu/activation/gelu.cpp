// gelu and its gradient, by erf and by tanh.
#include <numbers>

#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/function/erf.h"
#include "runtime/cpu/function/packs.h"

namespace plumbline::runtime {
namespace {

using F = spec::Function;

template <class T>
constexpr T sqrt_half = T(std::numbers::sqrt2 / 2);
template <class T>
constexpr T sqrt_2_over_pi = T(0x1.9884533d43651p-1);
template <class T>
constexpr T inverse_sqrt_2_pi = T(0x1.9884533d43651p-2);
template <class T>
constexpr T cubic = T(0.044715);

template <class T>
T gelu_argument(T x) {
  return sqrt_2_over_pi<T> * (x + cubic<T> * x * x * x);
}

Pack gelu_by_erf(const Pack& x) {
  const Pack y = 0.5f * x * (1.0f + erf(x * sqrt_half<float>));
  return x == -math::infinity ? Pack{} : y;
}
double gelu_by_erf(double x) {
  const double y = 0.5 * x * (1 + math::erf(x * sqrt_half<double>));
  return x == -math::infinity ? 0 : y;
}
template <class T>
T gelu_by_tanh(T x) {
  const T y = T(0.5) * x * (1 + math::tanh(gelu_argument(x)));
  return x == -math::infinity ? T(0) : y;
}

// Φ(x) + x φ(x)
template <class T>
T gelu_slope_by_erf(T x) {
  const T distribution = T(0.5) * (1 + math::erf(x * sqrt_half<T>));
  const T density = math::exp(T(-0.5) * x * x) * inverse_sqrt_2_pi<T>;
  return math::abs(x) == math::infinity ? distribution : distribution + x * density;
}
// ½(1 + t) + ½ x (1 − t²) u′, t = tanh u
template <class T>
T gelu_slope_by_tanh(T x) {
  const T t = math::tanh(gelu_argument(x)), half = T(0.5) * (1 + t);
  const T slope = sqrt_2_over_pi<T> * (1 + 3 * cubic<T> * x * x);
  return slope == math::infinity ? half : half + T(0.5) * x * (1 - t * t) * slope;
}

bool by_tanh(const spec::Op& op) { return attribute<std::string>(op, "approximate") == "tanh"; }

// A kernel whose block depends on the attribute `approximate`.
Bind by_attribute(Block exact, Block approximate) {
  return [=](const spec::Op& op, const Shapes&, const Shape&) {
    BoundKernel bound;
    bound.block = by_tanh(op) ? approximate : exact;
    return bound;
  };
}

}  // namespace

void register_gelu(KernelTable& table) {
  const spec::Claims c =
      function_claims({{F::erf, math::erf_ulps}, {F::tanh, math::tanh_ulps}, {F::exp, math::exp_ulps}});
  const auto approximate = [](auto x) { return gelu_by_tanh(x); };
  table.add("gelu", "gelu.simd", c,
            by_attribute(block_of_packs([](const Pack& x) { return gelu_by_erf(x); }), block_of<1>(approximate)),
            by_attribute(block_of<1, double>([](double x) { return gelu_by_erf(x); }),
                         block_of<1, double>(approximate)));
  const auto slope = [](auto x, auto ct) { return ct * gelu_slope_by_erf(x); };
  const auto approximate_slope = [](auto x, auto ct) { return ct * gelu_slope_by_tanh(x); };
  table.add("gelu_grad", "gelu_grad.simd", c, by_attribute(block_of<2>(slope), block_of<2>(approximate_slope)),
            by_attribute(block_of<2, double>(slope), block_of<2, double>(approximate_slope)));
}

}  // namespace plumbline::runtime
