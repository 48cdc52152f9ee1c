// exp log tanh erf sigmoid silu gelu normal_pdf pow, and the derivative of gelu.
#include <cmath>
#include <numbers>

#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/erf.h"
#include "runtime/cpu/math.h"

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
T silu(T x) {
  const T e = math::exp(-math::abs(x));
  const T y = x * (x < 0 ? e : T(1)) / (1 + e);
  return x == -math::infinity ? T(0) : y;
}

template <class T>
T normal_pdf(T x) {
  return math::exp(T(-0.5) * (x * x)) * inverse_sqrt_2_pi<T>;
}

// y_i = f(x_i), sixteen at a time; the rest as part of sixteen.
template <class F>
Block block_of_packs(F f) {
  return [f](const void* const* in, void* out, Index n) {
    const auto* x = static_cast<const float*>(in[0]);
    auto* y = static_cast<float*>(out);
    Index k = 0;
    for (; k + pack <= n; k += pack) store(y + k, f(load(x + k)));
    if (k == n) return;
    float rest[pack] = {};
    std::copy_n(x + k, n - k, rest);
    store(rest, f(load(rest)));
    std::copy_n(rest, n - k, y + k);
  };
}

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

// The usual exponents exactly; glibc's pow otherwise.
template <class T>
BoundKernel bind_power(const spec::Op& op, const Shapes&, const Shape&) {
  const auto p = static_cast<T>(attribute<double>(op, "exponent"));
  BoundKernel bound;
  bound.block = block_of<1, T>([p](T x) { return std::pow(x, p); });
  if (p == 2) bound.block = block_of<1, T>([](T x) { return x * x; });
  if (p == 1) bound.block = block_of<1, T>([](T x) { return x; });
  if (p == -1) bound.block = block_of<1, T>([](T x) { return 1 / x; });
  return bound;
}

void register_powers(KernelTable& table) {
  const spec::Claims c = function_claims({{F::pow, 1}});  // glibc's powf, and exact short cuts
  table.add(elementwise<2>("pow", [](auto x, auto y) { return std::pow(x, y); }, c));
  table.add("pow_scalar", "pow_scalar.simd", c, bind_power<float>, bind_power<double>);
}

// In float the polynomials of the definition's own method, whose bound is derived; 2^k is exact.
void register_tanh(KernelTable& table) {
  auto kernels =
      elementwise<1>("tanh", [](auto x) { return math::tanh(x); }, function_claims({{F::tanh, math::tanh_ulps}}));
  for (Kernel& k : kernels)
    if (k.dtype == DType::f32) {
      k.claims.method = "reduced_binary32";
      k.claims.ulps[static_cast<std::size_t>(F::exp2)] = 0.5;
    }
  table.add(std::move(kernels));
}

}  // namespace

void register_functions(KernelTable& table) {
  const spec::Claims exp = function_claims({{F::exp, math::exp_ulps}});
  table.add(elementwise<1>("exp", [](auto x) { return math::exp(x); }, exp));
  table.add(elementwise<1>("log", [](auto x) { return math::log(x); }, function_claims({{F::log, math::log_ulps}})));
  register_tanh(table);
  table.add("erf", "erf.simd", function_claims({{F::erf, math::erf_ulps}}),
            of_block(block_of_packs([](const Pack& x) { return runtime::erf(x); })),
            of_block(block_of<1, double>([](double x) { return math::erf(x); })));
  table.add(elementwise<1>("sigmoid", [](auto x) { return math::sigmoid(x); }, exp));
  table.add(elementwise<1>("silu", [](auto x) { return silu(x); }, exp));
  table.add(elementwise<1>("normal_pdf", [](auto x) { return normal_pdf(x); }, exp));
  register_gelu(table);
  register_powers(table);
}

}  // namespace plumbline::runtime
