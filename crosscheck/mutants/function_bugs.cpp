// Bugs of elementary functions and activations: approximations, clamps, cancellation, the wrong form.
#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

constexpr float one = 1;
constexpr int four_digits = 13;  // bits of a relative error of about a ten-thousandth

Values rough(const KernelCall& c) {
  return changed(c.right, [&](Index i, double y) { return y * wobble(c.in[0][i], four_digits); });
}
Values off_by_eight_ulps(const KernelCall& c) { return scaled(c.right, 1 + std::ldexp(1.0, -20)); }

Values other_gelu(const KernelCall& c) {
  return c.compute(c.with("approximate", c.attribute("approximate") == "none" ? "tanh" : "none"), c.in);
}
float sigmoid_of(float x) { return one / (one + std::exp(-x)); }
float tanh_by_exp(float x) { return (std::exp(2 * x) - one) / (std::exp(2 * x) + one); }
float tanh_early(float x) { return std::abs(x) > 5 ? std::copysign(one, x) : std::tanh(x); }
float exp_clamped(float x) { return std::isnan(x) ? x : std::exp(std::min(std::max(x, -80.0F), 80.0F)); }
float hard_sigmoid(float x) { return std::isnan(x) ? x : std::min(std::max(x / 6 + 0.5F, 0.0F), one); }
// e^x as (1 + x/1024)^1024
float exp_by_squaring(float x) {
  float y = one + x / 1024;
  for (int i = 0; i < 10; ++i) y *= y;
  return y;
}

void plant_exponentials(std::vector<Mutant>& list) {
  plant(list, {"exp",   "tanh",        "sigmoid", "gelu", "log",   "silu",     "sqrt", "softplus",
               "mish",  "log_sigmoid", "erf",     "sin",  "cos",   "tan",      "atan", "expm1",
               "log1p", "exp2",        "log2",    "cbrt", "rsqrt", "safe_log", "elu",  "atan2"},
        {{"rough", "good to four digits", rough}});
  plant(list,
        {"exp", "tanh", "sigmoid", "log", "sqrt", "sin", "cos", "atan", "expm1", "log1p", "exp2", "log2", "cbrt",
         "rsqrt", "smooth_abs"},
        {{"eight_ulps", "eight ulps too large", off_by_eight_ulps}});
  plant(list, {"exp", "gelu", "log", "softplus", "sin", "cbrt", "atan", "mish"},
        {{"bf16_operands", "the argument in bfloat16", operands_in(spec::bfloat16)},
         {"fp16_operands", "the argument in binary16", operands_in(spec::binary16)}});
  plant(list, "exp", "clamped", "the argument is kept within ±80", unary(exp_clamped));
  plant(list, "exp", "by_squaring", "(1 + x/1024)^1024", unary(exp_by_squaring));
  plant(list, "exp", "base_two", "2^x", unary([](float x) { return std::exp2(x); }));
  plant(list, "log", "base_two", "log2 x", unary([](float x) { return std::log2(x); }));
  plant(list, "log", "of_magnitude", "ln |x|", unary([](float x) { return std::log(std::abs(x)); }));
  plant(list, "log", "shifted", "ln(x + 2^-30)", unary([](float x) { return std::log(x + std::ldexp(one, -30)); }));
  plant(list, "log", "negative_is_zero", "0 for negative x", unary([](float x) { return x < 0 ? 0 : std::log(x); }));
}

// The angle reduced by a float that stands for 2π.
float reduced(float x) { return x - std::rint(x / 6.2831855F) * 6.2831855F; }

void plant_circular(std::vector<Mutant>& list) {
  plant(list, "sin", "coarse_reduction", "2π as one float", unary([](float x) { return std::sin(reduced(x)); }));
  plant(list, "cos", "coarse_reduction", "2π as one float", unary([](float x) { return std::cos(reduced(x)); }));
  plant(list, "tan", "coarse_reduction", "2π as one float", unary([](float x) { return std::tan(reduced(x)); }));
  plant(list, "sin", "huge_is_zero", "0 beyond 2^23",
        unary([](float x) { return std::abs(x) > 0x1p23F && !std::isinf(x) ? 0 : std::sin(x); }));
  plant(list, "sin", "small_angle", "x for |x| < 1/64",
        unary([](float x) { return std::abs(x) < 0x1p-6F ? x : std::sin(x); }));
  plant(list, "cos", "sine", "sin x", unary([](float x) { return std::sin(x); }));
  plant(list, "cos", "by_root", "√(1 − sin²): the sign is lost",
        unary([](float x) { return std::sqrt(one - std::sin(x) * std::sin(x)); }));
  plant(list, "tan", "cotangent", "1/tan x", unary([](float x) { return one / std::tan(x); }));
  plant(list, "atan", "pade", "x/(1 + 0.28 x²) near 0",
        unary([](float x) { return std::abs(x) < 0.5F ? x / (one + 0.28F * x * x) : std::atan(x); }));
  plant(list, "atan", "nan_at_infinity", "no limit",
        beside([](double x, double y) { return std::isinf(x) ? std::nan("") : y; }));
  plant(list, "atan", "of_magnitude", "arctan |x|", unary([](float x) { return std::atan(std::abs(x)); }));
}

void plant_powers(std::vector<Mutant>& list) {
  plant(list, "exp2", "base_e", "e^x", unary([](float x) { return std::exp(x); }));
  plant(list, "exp2", "whole", "2^⌊x⌋", unary([](float x) { return std::exp2(std::floor(x)); }));
  plant(list, "exp2", "by_exp", "exp(x ln 2) in float", unary([](float x) { return std::exp(x * 0.6931472F); }));
  plant(list, "expm1", "cancels", "e^x − 1", unary([](float x) { return std::exp(x) - one; }));
  plant(list, "expm1", "linear", "x below 2^-10",
        unary([](float x) { return std::abs(x) < one / 1024 ? x : std::expm1(x); }));
  plant(list, "log1p", "cancels", "ln(1 + x)", unary([](float x) { return std::log(one + x); }));
  plant(list, "log1p", "not_shifted", "ln x", unary([](float x) { return std::log(x); }));
  plant(list, "log2", "natural", "ln x", unary([](float x) { return std::log(x); }));
  plant(list, "log2", "exponent_only", "⌊log₂ x⌋", unary([](float x) { return std::floor(std::log2(x)); }));
  plant(list, "cbrt", "by_power", "x^(1/3): NaN for negative x", unary([](float x) { return std::pow(x, one / 3); }));
  plant(list, "cbrt", "of_magnitude", "∛|x|", unary([](float x) { return std::cbrt(std::abs(x)); }));
}

void plant_roots(std::vector<Mutant>& list) {
  plant(list, "rsqrt", "12_bits", "a 12-bit estimate",
        unary([](float x) { return estimate(1 / std::sqrt(double{x}), 12); }));
  plant(list, "rsqrt", "unreciprocal", "√x", unary([](float x) { return std::sqrt(x); }));
  plant(list, "rsqrt", "shifted", "1/√(x + 1e-12)", unary([](float x) { return one / std::sqrt(x + 1e-12F); }));
  plant(list, "safe_sqrt", "shifted", "√(x + 1e-12)", unary([](float x) { return std::sqrt(x + 1e-12F); }));
  plant(list, "safe_sqrt", "of_positive", "√max(x, 0)",
        unary([](float x) { return std::isnan(x) ? x : std::sqrt(std::max(x, 0.0F)); }));
  plant(list, "erf", "by_tanh", "tanh(1.12838 x + 0.10091 x³)",
        unary([](float x) { return std::tanh(1.12838F * x + 0.10091F * x * x * x); }));
  plant(list, "erf", "complement", "erfc x", unary([](float x) { return std::erfc(x); }));
  plant(list, "smooth_abs", "overflows", "√(x² + ε): x² overflows", [](const KernelCall& c) {
    const auto eps = static_cast<float>(c.number("eps"));
    return changed(c.in[0], [=](Index, double x) {
      const auto v = static_cast<float>(x);
      return std::sqrt(v * v + eps);
    });
  });
  plant(list, "smooth_abs", "not_smooth", "|x|", unary([](float x) { return std::abs(x); }));
  plant(list, "smooth_abs", "eps_outside", "|x| + √ε", [](const KernelCall& c) {
    return changed(c.in[0], [&](Index, double x) { return std::abs(x) + std::sqrt(c.number("eps")); });
  });
}

void plant_activations(std::vector<Mutant>& list) {
  plant(list, "tanh", "saturates_early", "±1 from 5 on", unary(tanh_early));
  plant(list, "tanh", "by_exp", "(e^2x − 1)/(e^2x + 1): overflow and cancellation", unary(tanh_by_exp));
  plant(list, "tanh", "cubic", "x − x³/3 near 0",
        unary([](float x) { return std::abs(x) < 0.25F ? x - x * x * x / 3 : std::tanh(x); }));
  plant(list, "sigmoid", "hard", "x/6 + ½ cut to [0, 1]", unary(hard_sigmoid));
  plant(list, "sigmoid", "by_exp", "e^x/(1 + e^x): ∞/∞",
        unary([](float x) { return std::exp(x) / (one + std::exp(x)); }));
  plant(list, "sigmoid", "by_tanh", "½ + ½ tanh(x/2): nothing left for negative x",
        unary([](float x) { return 0.5F + 0.5F * std::tanh(x / 2); }));
  plant(list, "silu", "without_x", "σ(x)", unary(sigmoid_of));
  plant(list, "silu", "nan_at_infinity", "−∞ · 0", unary([](float x) { return x * sigmoid_of(x); }));
  plant(list, "silu", "quick_gelu", "x σ(1.702 x)",
        unary([](float x) { return x < -50 ? 0 : x * sigmoid_of(1.702F * x); }));
  plant(list, "gelu", "other_form", "tanh for erf and the reverse", other_gelu);
  plant(list, "gelu", "quick", "x σ(1.702 x)", unary([](float x) { return x < -50 ? 0 : x * sigmoid_of(1.702F * x); }));
  plant(list, "gelu", "nan_at_infinity", "−∞ · 0",
        beside([](double x, double y) { return x == -infinity ? std::nan("") : y; }));
  plant(list, "gelu", "without_half", "x (1 + erf …)", beside([](double, double y) { return 2 * y; }));
}

}  // namespace

void add_function_bugs(std::vector<Mutant>& list) {
  plant_exponentials(list);
  plant_circular(list);
  plant_powers(list);
  plant_roots(list);
  plant_activations(list);
}

}  // namespace plumbline::crosscheck
