// exp log tanh erf sigmoid silu gelu normal_pdf pow, and the derivative of gelu.
#include <cmath>

#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/erf.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {
namespace {

using F = spec::Function;

constexpr float sqrt_half = 0x1.6a09e6p-1f, sqrt_2_over_pi = 0x1.988454p-1f, inverse_sqrt_2_pi = 0x1.988454p-2f;
constexpr float cubic = 0.044715f;

float silu(float x) {
  const float e = math::exp(-math::abs(x));
  const float y = x * (x < 0 ? e : 1.0f) / (1.0f + e);
  return x == -math::infinity ? 0.0f : y;
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

float gelu_argument(float x) { return sqrt_2_over_pi * (x + cubic * x * x * x); }

Pack gelu_by_erf(const Pack& x) {
  const Pack y = 0.5f * x * (1.0f + erf(x * sqrt_half));
  return x == -math::infinity ? Pack{} : y;
}
float gelu_by_tanh(float x) {
  const float y = 0.5f * x * (1.0f + math::tanh(gelu_argument(x)));
  return x == -math::infinity ? 0.0f : y;
}

// Φ(x) + x φ(x)
float gelu_slope_by_erf(float x) {
  const float distribution = 0.5f * (1.0f + math::erf(x * sqrt_half));
  const float density = math::exp(-0.5f * x * x) * inverse_sqrt_2_pi;
  return math::abs(x) == math::infinity ? distribution : distribution + x * density;
}
// ½(1 + t) + ½ x (1 − t²) u′, t = tanh u
float gelu_slope_by_tanh(float x) {
  const float t = math::tanh(gelu_argument(x)), half = 0.5f * (1.0f + t);
  const float slope = sqrt_2_over_pi * (1.0f + 3.0f * cubic * x * x);
  return slope == math::infinity ? half : half + 0.5f * x * (1.0f - t * t) * slope;
}

bool by_tanh(const spec::Op& op) { return attribute<std::string>(op, "approximate") == "tanh"; }

void register_gelu(KernelTable& table) {
  const spec::Claims c =
      function_claims({{F::erf, math::erf_ulps}, {F::tanh, math::tanh_ulps}, {F::exp, math::exp_ulps}});
  const auto choose = [](auto exact, auto approximate) {
    return [=](const spec::Op& op, const Shapes&, const Shape&) {
      BoundKernel bound;
      bound.block = by_tanh(op) ? approximate : exact;
      return bound;
    };
  };
  const auto add = [&](const char* op, Block exact, Block approximate) {
    table.add({op,
               std::string(op) + ".simd",
               Device::cpu,
               DType::f32,
               c,
               false,
               {},
               choose(std::move(exact), std::move(approximate))});
  };
  add("gelu", block_of_packs([](const Pack& x) { return gelu_by_erf(x); }),
      block_of<1>([](float x) { return gelu_by_tanh(x); }));
  add("gelu_grad", block_of<2>([](float x, float ct) { return ct * gelu_slope_by_erf(x); }),
      block_of<2>([](float x, float ct) { return ct * gelu_slope_by_tanh(x); }));
}

void register_powers(KernelTable& table) {
  const spec::Claims c = function_claims({{F::pow, 1}});  // glibc's powf, and exact short cuts
  table.add(elementwise<2>("pow", [](float x, float y) { return std::pow(x, y); }, c));
  Kernel k{"pow_scalar", "pow_scalar.simd", Device::cpu, DType::f32, c, false, {}, {}};
  k.bind = [](const spec::Op& op, const Shapes&, const Shape&) {
    const auto p = static_cast<float>(attribute<double>(op, "exponent"));
    BoundKernel bound;
    bound.block = block_of<1>([p](float x) { return std::pow(x, p); });
    if (p == 2) bound.block = block_of<1>([](float x) { return x * x; });
    if (p == 1) bound.block = block_of<1>([](float x) { return x; });
    if (p == -1) bound.block = block_of<1>([](float x) { return 1.0f / x; });
    return bound;
  };
  table.add(std::move(k));
}

}  // namespace

void register_functions(KernelTable& table) {
  const spec::Claims exp = function_claims({{F::exp, math::exp_ulps}});
  table.add(elementwise<1>("exp", [](float x) { return math::exp(x); }, exp));
  table.add(elementwise<1>("log", [](float x) { return math::log(x); }, function_claims({{F::log, math::log_ulps}})));
  table.add(elementwise<1>(
      "tanh", [](float x) { return math::tanh(x); }, function_claims({{F::tanh, math::tanh_ulps}})));
  table.add(of_block("erf", block_of_packs([](const Pack& x) { return runtime::erf(x); }),
                     function_claims({{F::erf, math::erf_ulps}})));
  table.add(elementwise<1>("sigmoid", [](float x) { return math::sigmoid(x); }, exp));
  table.add(elementwise<1>("silu", [](float x) { return silu(x); }, exp));
  table.add(elementwise<1>("normal_pdf", [](float x) { return math::exp(-0.5f * (x * x)) * inverse_sqrt_2_pi; }, exp));
  register_gelu(table);
  register_powers(table);
}

}  // namespace plumbline::runtime
