// Bugs of activations in pieces, of steps, of angles and remainders, and of their derivatives.
#include <algorithm>

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

constexpr float one = 1;

KernelBug as_op(std::string name) {
  return [=](const KernelCall& c) { return c.compute(c.make(name, {}), c.in); };
}
// y = f(call, x, right) at each element of an op of one input.
template <class F>
KernelBug with_call(F f) {
  return [f](const KernelCall& c) {
    return changed(c.in[0], [&](Index i, double x) { return f(c, static_cast<float>(x), c.right[i]); });
  };
}
// The right result, times the attribute or divided by it, where x satisfies the condition.
template <class Where>
KernelBug rescaled(Where where, double by) {
  return beside([=](double x, double y) { return where(x) ? y * by : y; });
}
constexpr auto positive = [](double x) { return x > 0; };
constexpr auto negative = [](double x) { return x < 0; };
Values operands_swapped(const KernelCall& c) { return c.compute(c.op, {c.in[1], c.in[0]}); }

float logistic(float x) { return one / (one + std::exp(-x)); }
float cap(float x, float lo, float hi) { return std::isnan(x) ? x : std::min(std::max(x, lo), hi); }

void plant_softplus(std::vector<Mutant>& list) {
  plant(list, "softplus", "overflows", "ln(1 + e^βx)/β", with_call([](const KernelCall& c, float x, double) {
          const auto b = static_cast<float>(c.number("beta"));
          return b * x > c.number("threshold") ? x : std::log(one + std::exp(b * x)) / b;
        }));
  plant(list, "softplus", "beta_ignored", "β = 1", with_attribute("beta", "1"));
  plant(list, "softplus", "unscaled", "1/β is missing", with_call([](const KernelCall& c, float x, double y) {
          return c.number("beta") * x > c.number("threshold") ? y : y * c.number("beta");
        }));
  plant(list, "softplus", "threshold_ignored", "never linear", with_attribute("threshold", "inf"));
  plant(list, "softplus", "threshold_of_input", "x > threshold for βx > threshold",
        with_call([](const KernelCall& c, float x, double y) { return x > c.number("threshold") ? x : y; }));
  plant(list, "softplus", "linear_from_8", "x beyond 8", beside([](double x, double y) { return x > 8 ? x : y; }));
  plant(list, "log_sigmoid", "by_sigmoid", "ln σ(x): −∞ far out", unary([](float x) { return std::log(logistic(x)); }));
  plant(list, "log_sigmoid", "positive", "ln(1 + e^−x)", beside([](double, double y) { return -y; }));
  plant(list, "log_sigmoid", "mirrored", "ln σ(−x)", beside([](double x, double y) { return y - x; }));
  plant(list, "safe_log", "eps_ignored", "ε = 10^-30", with_attribute("eps", "1e-30"));
  plant(list, "safe_log", "of_maximum", "ln max(x, ε)", with_call([](const KernelCall& c, float x, double) {
          return std::isnan(x) ? x : std::log(std::max(x, static_cast<float>(c.number("eps"))));
        }));
  plant(list, "safe_log", "eps_outside", "ln(softplus x) + ε", with_call([](const KernelCall& c, float x, double) {
          return std::log(std::max(x, 0.0F) + std::log1p(std::exp(-std::abs(x)))) + c.number("eps");
        }));
  plant(list, "mish", "cancels", "x tanh(ln(1 + e^x)): 0 from −17 on",
        unary([](float x) { return x < -120 ? 0 : x * std::tanh(std::log(one + std::exp(x))); }));
  plant(list, "mish", "square_overflows", "x ((1 + e^x)² − 1)/((1 + e^x)² + 1): ∞/∞ from 44 on", unary([](float x) {
          const float w = one + std::exp(x);
          return x < -120 ? 0 : x * (w * w - one) / (w * w + one);
        }));
  plant(list, "mish", "swish", "x σ(x)", unary([](float x) { return x < -120 ? 0 : x * logistic(x); }));
  plant(list, "mish_grad", "half", "half the gradient", beside([](double, double y) { return y / 2; }));
  plant(list, "mish_grad", "relu", "ct for x > 0, else 0", [](const KernelCall& c) {
    return changed(c.in[1], [&](Index i, double ct) { return c.in[0][i] > 0 ? ct : 0; });
  });
}

void plant_units(std::vector<Mutant>& list) {
  plant(list, "leaky_relu", "dead", "slope 0 below 0", with_attribute("negative_slope", "0"));
  plant(list, "leaky_relu", "default_slope", "slope 0.01 whatever was asked", with_attribute("negative_slope", "0.01"));
  plant(list, "leaky_relu", "positive_slope", "the slope above 0 too",
        with_call([](const KernelCall& c, float x, double y) { return x > 0 ? c.number("negative_slope") * x : y; }));
  plant(list, "leaky_relu", "by_maximum", "max(x, slope x): wrong for slopes above 1",
        with_call([](const KernelCall& c, float x, double y) {
          const double below = static_cast<float>(c.number("negative_slope")) * double{x};
          return std::isnan(y) || std::isinf(x) ? y : std::max(double{x}, below);
        }));
  plant(list, {"elu", "celu", "selu"},
        {{"negative_halved", "half of the left branch", rescaled(negative, 0.5)},
         {"positive_scaled", "the line is steeper by 2^-16", rescaled(positive, 1 + 0x1p-16)},
         {"nan_becomes_zero", "0 for NaN", beside([](double x, double y) { return std::isnan(x) ? 0 : y; })}});
  plant(list, {"elu", "celu"}, {{"alpha_ignored", "α = 1", with_attribute("alpha", "1")}});
  plant(list, "elu", "cancels", "α(e^x − 1)", with_call([](const KernelCall& c, float x, double y) {
          return x > 0 ? y : static_cast<float>(c.number("alpha")) * (std::exp(x) - one);
        }));
  plant(list, "celu", "elu", "α(e^x − 1)", with_call([](const KernelCall& c, float x, double y) {
          return x > 0 ? y : static_cast<float>(c.number("alpha")) * std::expm1(x);
        }));
  plant(list, "selu", "short_constants", "1.67326 and 1.0507",
        unary([](float x) { return 1.0507F * (x > 0 ? x : 1.67326F * std::expm1(x)); }));
  plant(list, "selu", "unscaled", "λ is missing", rescaled([](double) { return true; }, 1 / 1.0507009873554805));
  plant(list, "softsign", "nan_at_infinity", "∞/∞", unary([](float x) { return x / (one + std::abs(x)); }));
  plant(list, "softsign", "signed", "x/(1 + x)", unary([](float x) { return x / (one + x); }));
  plant(list, "softsign", "by_root", "x/√(1 + x²)", unary([](float x) { return x / std::sqrt(one + x * x); }));
}

void plant_pieces(std::vector<Mutant>& list) {
  plant(list, "relu6", "uncapped", "max(x, 0)", as_op("relu"));
  plant(list, "relu6", "from_minus_six", "between −6 and 6", unary([](float x) { return cap(x, -6, 6); }));
  plant(list, "relu6", "nan_becomes_zero", "0 for NaN",
        beside([](double x, double y) { return std::isnan(x) ? 0 : y; }));
  plant(list, "hardtanh", "default_ends", "between −1 and 1", unary([](float x) { return cap(x, -1, 1); }));
  plant(list, "hardtanh", "low_end_only", "the upper end is ignored", with_attribute("max_val", "inf"));
  plant(list, "hardtanh", "high_end_only", "the lower end is ignored", with_attribute("min_val", "-inf"));
  plant(list, "hardsigmoid", "keras", "x/5 + ½", unary([](float x) { return cap(0.2F * x + 0.5F, 0, 1); }));
  plant(list, "hardsigmoid", "unscaled", "relu6(x + 3)", unary([](float x) { return cap(x + 3, 0, 6); }));
  plant(list, "hardsigmoid", "short_sixth", "0.1666 for 1/6",
        unary([](float x) { return cap(x + 3, 0, 6) * 0.1666F; }));
  plant(list, "hardswish", "nan_at_infinity", "−∞ · 0", unary([](float x) { return x * cap(x + 3, 0, 6) / 6; }));
  plant(list, "hardswish", "relu", "max(x, 0)", as_op("relu"));
  plant(list, "hardswish", "low_end_missed", "x(x + 3)/6 below −3 too", unary([](float x) {
          return x < 3 && x > -100 ? x * (x + 3) / 6 : x > 0 ? x : 0;
        }));
}

void plant_steps(std::vector<Mutant>& list) {
  plant(list, "floor", "towards_zero", "trunc", as_op("trunc"));
  plant(list, "floor", "upwards", "ceil", as_op("ceil"));
  plant(list, "ceil", "nearest", "round", as_op("round"));
  plant(list, "trunc", "downwards", "floor", as_op("floor"));
  plant(list, "ceil", "floor_plus_one", "⌊x⌋ + 1", unary([](float x) { return std::floor(x) + one; }));
  plant(list, "floor", "by_integer", "through 32-bit integers: 0 for large x", unary([](float x) {
          return std::isnan(x) || std::isinf(x) ? x : std::abs(x) < 0x1p31F ? std::floor(x) : 0;
        }));
  plant(list, "round", "half_up", "⌊x + ½⌋", with_call([](const KernelCall& c, float x, double y) {
          return c.integer("decimals") == 0 ? std::floor(x + 0.5F) : y;
        }));
  plant(list, "round", "half_away", "ties away from zero", with_call([](const KernelCall& c, float x, double y) {
          return c.integer("decimals") == 0 ? std::round(x) : y;
        }));
  plant(list, "round", "decimals_ignored", "to integers", with_attribute("decimals", "0"));
  plant(list, "round", "decimals_negated", "before the point for after it", [](const KernelCall& c) {
    return c.compute(c.with("decimals", std::to_string(-c.integer("decimals"))), c.in);
  });
  plant(list, "detach", "zero", "0", beside([](double, double) { return 0.0; }));
  plant(list, "remainder", "truncated", "the sign of x, as C's fmod",
        binary([](float x, float y) { return std::fmod(x, y); }));
  plant(list, "remainder", "by_quotient", "x − y⌊x/y⌋ in float",
        binary([](float x, float y) { return std::isinf(y) ? std::fmod(x, y) : x - y * std::floor(x / y); }));
  plant(list, "remainder", "nearest", "the remainder of the nearest multiple",
        binary([](float x, float y) { return std::remainder(x, y); }));
  plant(list, "remainder", "operands_swapped", "y mod x", operands_swapped);
}

void plant_mixtures(std::vector<Mutant>& list) {
  plant(list, "atan2", "operands_swapped", "the angle of (y, x)", operands_swapped);
  plant(list, "atan2", "of_ratio", "arctan(y/x): the half plane is lost",
        binary([](float y, float x) { return std::atan(y / x); }));
  plant(list, "atan2", "positive", "in [0, 2π)", binary([](float y, float x) {
          const float a = std::atan2(y, x);
          return a < 0 ? a + 6.2831855F : a;
        }));
  plant(list, "lerp", "weight_mirrored", "x w + y (1 − w)", [](const KernelCall& c) {
    return c.compute(c.op, {c.in[1], c.in[0], c.in[2]});
  });
  plant(list, "lerp", "weight_capped", "w within [0, 1]", [](const KernelCall& c) {
    return c.compute(c.op, with_input(c.in, 2, changed(c.in[2], [](Index, double w) {
                                        return std::isnan(w) ? w : std::clamp(w, 0.0, 1.0);
                                      })));
  });
  plant(list, "lerp", "step", "y for w > ½", [](const KernelCall& c) {
    return c.compute(c.op, with_input(c.in, 2, changed(c.in[2], [](Index, double w) {
                                        return std::isnan(w) ? w : w > 0.5 ? 1.0 : 0.0;
                                      })));
  });
}

double sigma(double x) { return 1 / (1 + std::exp(-x)); }
const auto passed = slope([](double, double, double ct) { return ct; });

// Plants wrong derivatives.
struct Gradient {
  std::vector<Mutant>& list;
  void operator()(std::string_view op, std::string_view name, std::string_view bug, BackwardBug gradient) const {
    list.push_back(backward_mutant(op, name, bug, std::move(gradient)));
  }
};

void plant_common_slopes(const Gradient& plant) {
  for (std::string_view op : {"floor", "ceil", "round", "trunc", "detach"})
    plant(op, "grad_straight_through", "ct for 0", passed);
  for (std::string_view op : {"relu6", "hardtanh", "leaky_relu", "elu", "softplus", "atan", "expm1", "log_sigmoid"})
    plant(op, "grad_passed_through", "the cotangent is passed on as it is", passed);
  for (std::string_view op : {"rsqrt", "cos", "mish", "erf", "log1p", "softsign", "tan", "celu"})
    plant(op, "grad_negated", "the gradient has the wrong sign", factor(0, -1));
}

void plant_slopes_of_functions(const Gradient& plant) {
  plant("safe_sqrt", "grad_at_zero", "∞ at 0", slope([](double, double y, double ct) { return ct / (2 * y); }));
  plant("safe_sqrt", "grad_unhalved", "1/√x", factor(0, 2));
  plant("rsqrt", "grad_unhalved", "−y³", factor(0, 2));
  plant("cbrt", "grad_third", "1/(2y²)", factor(0, 1.5));
  plant("exp2", "grad_base_e", "ln 2 is missing", slope([](double, double y, double ct) { return ct * y; }));
  plant("log2", "grad_base_e", "1/ln 2 is missing", slope([](double x, double, double ct) { return ct / x; }));
  plant("log1p", "grad_unshifted", "1/x", slope([](double x, double, double ct) { return ct / x; }));
  plant("expm1", "grad_of_output", "y for y + 1", slope([](double, double y, double ct) { return ct * y; }));
  plant("sin", "grad_of_output", "y for cos x", slope([](double, double y, double ct) { return ct * y; }));
  plant("tan", "grad_tanh", "1 − y²", slope([](double, double y, double ct) { return ct * (1 - y * y); }));
  plant("atan", "grad_root", "1/√(1 + x²)",
        slope([](double x, double, double ct) { return ct / std::sqrt(1 + x * x); }));
  plant("erf", "grad_unscaled", "2/√π is missing",
        slope([](double x, double, double ct) { return ct * std::exp(-x * x); }));
}

void plant_slopes_of_softplus(const Gradient& plant) {
  plant("smooth_abs", "grad_sign", "sign x",
        slope([](double x, double, double ct) { return x == 0 ? 0 : std::copysign(ct, ct * x); }));
  plant("safe_log", "grad_one_over", "1/(softplus + ε), without σ",
        slope([](double x, double, double ct) { return ct / std::max(sigma(x), 1e-30); }));
  plant("log_sigmoid", "grad_mirrored", "σ(x) for σ(−x)",
        slope([](double x, double, double ct) { return ct * sigma(x); }));
  plant("softplus", "grad_of_input", "σ(x) for σ(βx)",
        slope([](double x, double, double ct) { return ct * sigma(x); }));
  plant("softplus", "grad_scaled", "β σ(βx)",
        element(0, [](const BackwardCall& c, Index, double v) { return v * c.number("beta"); }));
  plant("mish", "grad_one_term", "tanh(ln(1 + e^x))",
        slope([](double x, double y, double ct) { return x == 0 ? ct * 0.6 : ct * y / x; }));
}

void plant_slopes_of_pieces(const Gradient& plant) {
  plant("leaky_relu", "grad_at_zero", "1 at 0",
        element(0, [](const BackwardCall& c, Index i, double v) { return c.in[0][i] == 0 ? c.ct[i] : v; }));
  plant("elu", "grad_of_output", "y for y + α",
        slope([](double x, double y, double ct) { return x > 0 ? ct : ct * y; }));
  plant("selu", "grad_unscaled", "λ is missing", factor(0, 1 / 1.0507009873554805));
  plant("celu", "grad_scaled", "α e^(x/α)", element(0, [](const BackwardCall& c, Index i, double v) {
          return c.in[0][i] > 0 ? v : v * c.number("alpha");
        }));
  plant("softsign", "grad_unsquared", "1/(1 + |x|)",
        slope([](double x, double, double ct) { return ct / (1 + std::abs(x)); }));
  plant("hardtanh", "grad_at_ends", "1 at the ends", [](const BackwardCall& c, Gradients& g) {
    g[0] = changed(c.ct, [&](Index i, double v) {
      return c.in[0][i] >= c.number("min_val") && c.in[0][i] <= c.number("max_val") ? v : 0;
    });
  });
  plant("relu6", "grad_at_ends", "1 at the ends",
        slope([](double x, double, double ct) { return x >= 0 && x <= 6 ? ct : 0; }));
  plant("hardsigmoid", "grad_unscaled", "1/6 is missing", factor(0, 6));
  plant("hardswish", "grad_one_term", "hardsigmoid",
        slope([](double x, double, double ct) { return ct * std::clamp(x + 3, 0.0, 6.0) / 6; }));
  plant("hardswish", "grad_at_low_end", "−½ at −3", slope([](double x, double, double ct) {
          return x < -3 ? 0 : x < 3 ? ct * (2 * x + 3) / 6 : ct;
        }));
}

void plant_slopes_of_pairs(const Gradient& plant) {
  plant("remainder", "grad_divisor_zero", "0 for −⌊x/y⌋", factor(1, 0));
  plant("remainder", "grad_divisor_truncated", "towards zero for down",
        pairwise(1, [](double x, double y, double, double ct) { return -ct * std::trunc(x / y); }));
  plant("atan2", "grad_second_sign", "dx = ct y/r²", factor(1, -1));
  plant("atan2", "grad_unsquared", "ct x/r",
        pairwise(0, [](double y, double x, double, double ct) { return ct * x / std::max(std::hypot(x, y), 1e-30); }));
  plant("lerp", "grads_swapped", "w and 1 − w exchanged", [](const BackwardCall&, Gradients& g) {
    if (g[0].shape() == g[1].shape()) std::swap(g[0], g[1]);
  });
  plant("lerp", "grad_weight_zero", "w gets nothing", factor(2, 0));
}

}  // namespace

void add_activation_bugs(std::vector<Mutant>& list) {
  plant_softplus(list);
  plant_units(list);
  plant_pieces(list);
  plant_steps(list);
  plant_mixtures(list);
  const Gradient gradient{list};
  plant_common_slopes(gradient);
  plant_slopes_of_functions(gradient);
  plant_slopes_of_softplus(gradient);
  plant_slopes_of_pieces(gradient);
  plant_slopes_of_pairs(gradient);
}

}  // namespace plumbline::crosscheck
