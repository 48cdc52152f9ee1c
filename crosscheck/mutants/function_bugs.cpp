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
  plant(list, {"exp", "tanh", "sigmoid", "gelu", "log", "silu", "sqrt"}, {{"rough", "good to four digits", rough}});
  plant(list, {"exp", "tanh", "sigmoid", "log", "sqrt"}, {{"eight_ulps", "eight ulps too large", off_by_eight_ulps}});
  plant(list, {"exp", "gelu", "log"},
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
  plant_activations(list);
}

}  // namespace plumbline::crosscheck
