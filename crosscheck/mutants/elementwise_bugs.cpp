// Bugs of arithmetic, comparisons and selections, element by element.
#include <algorithm>

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

constexpr float one = 1;

// 1/x from a 12-bit estimate and one step of Newton's method.
float reciprocal_by_newton(float y) {
  const auto r = static_cast<float>(estimate(1.0 / y, 12));
  return r * (2 - y * r);
}
float power_by_logarithm(float x, float p) { return std::exp(p * std::log(x)); }

// The inputs cut to a range, then the op.
KernelBug cut_to(double lo, double hi) {
  return [=](const KernelCall& c) {
    return c.compute(c.op, with_input(c.in, 0, changed(c.in[0], [&](Index, double x) {
                                        return x < lo ? lo : x > hi ? hi : x;
                                      })));
  };
}
KernelBug as_op(std::string name) {
  return [=](const KernelCall& c) { return c.compute(c.make(name, {}), c.in); };
}
Values operands_swapped(const KernelCall& c) { return c.compute(c.op, {c.in[1], c.in[0]}); }
Values branches_swapped(const KernelCall& c) { return c.compute(c.op, {c.in[0], c.in[2], c.in[1]}); }
Values clamp_low_end_only(const KernelCall& c) { return c.compute(c.with("max", "inf"), c.in); }
Values clamp_high_end_only(const KernelCall& c) { return c.compute(c.with("min", "-inf"), c.in); }
Values clamp_ends_swapped(const KernelCall& c) {
  const double lo = c.number("min"), hi = c.number("max");
  return changed(c.in[0], [&](Index, double x) { return std::max(std::min(x, lo), hi); });
}
Values clamp_symmetric(const KernelCall& c) {
  const double hi = c.number("max");
  return std::isfinite(hi)
             ? changed(c.in[0],
                       [&](Index, double x) { return std::isnan(x) ? x : std::clamp(x, -std::abs(hi), std::abs(hi)); })
             : c.right;
}
Values select_by_product(const KernelCall& c) {  // m x + (1 − m) y: NaN and ∞ leak from the branch that is not taken
  const Values chosen = c.compute(c.make("mul", {}), {c.in[0], c.in[1]});
  const Values rest = c.compute(c.make("mul", {}), {changed(c.in[0], [](Index, double m) { return 1 - m; }), c.in[2]});
  return c.compute(c.make("add", {}), {chosen, rest});
}
Values pow_whole_exponent(const KernelCall& c) {
  return c.compute(c.with("exponent", spec::print_value(std::trunc(c.number("exponent")))), c.in);
}
Values pow_scalar_by_logarithm(const KernelCall& c) {
  const auto p = static_cast<float>(c.number("exponent"));
  return changed(c.in[0], [&](Index, double x) { return power_by_logarithm(static_cast<float>(x), p); });
}
Values pow_scalar_of_magnitude(const KernelCall& c) {
  return c.compute(c.op, {changed(c.in[0], [](Index, double x) { return std::abs(x); })});
}

void plant_arithmetic(std::vector<Mutant>& list) {
  plant(list, {"mul", "div"},
        {{"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)},
         {"tf32_operands", "operands in tf32", operands_in(spec::tf32)},
         {"fp16_operands", "operands in binary16", operands_in(spec::binary16)}});
  plant(list, "sub", "operands_swapped", "y − x for x − y", operands_swapped);
  plant(list, "div", "operands_swapped", "y / x for x / y", operands_swapped);
  plant(list, "pow", "operands_swapped", "y^x for x^y", operands_swapped);
  plant(list, "sub", "added", "adds", as_op("add"));
  plant(list, "div", "by_reciprocal", "x · fl(1/y)", binary([](float x, float y) { return x * (one / y); }));
  plant(list, "div", "reciprocal_12_bits", "x times a 12-bit estimate of 1/y",
        binary([](float x, float y) { return x * estimate(1.0 / y, 12); }));
  plant(list, "reciprocal", "12_bits", "a 12-bit estimate", unary([](float x) { return estimate(1.0 / x, 12); }));
  plant(list, "reciprocal", "newton", "a 12-bit estimate and one Newton step", unary(reciprocal_by_newton));
  plant(list, "sqrt", "12_bits", "x times a 12-bit estimate of 1/√x",
        unary([](float x) { return x == 0 ? x : x * estimate(1 / std::sqrt(double{x}), 12); }));
  plant(list, "sqrt", "by_power", "exp(½ log x)", unary([](float x) { return std::exp(0.5F * std::log(x)); }));
  plant(list, "sqrt", "of_magnitude", "√|x|", unary([](float x) { return std::sqrt(std::abs(x)); }));
  plant(list, "square", "magnitude", "|x|", as_op("abs"));
  plant(list, "square", "signed", "x |x|", unary([](float x) { return x * std::abs(x); }));
  plant(list, "abs", "by_root", "√(x²), which overflows", unary([](float x) { return std::sqrt(x * x); }));
  plant(list, "abs", "identity", "x", unary([](float x) { return x; }));
  plant(list, "neg", "from_zero", "0 − x: the sign of zero", unary([](float x) { return 0.0F - x; }));
  plant(list, "sign", "of_zero", "1 at 0", unary([](float x) { return std::isnan(x) ? x : x < 0 ? -one : one; }));
  plant(list, "pow", "by_logarithm", "exp(y log x) in float", binary(power_by_logarithm));
  plant(list, "pow_scalar", "by_logarithm", "exp(p log x): NaN for negative x", pow_scalar_by_logarithm);
  plant(list, "pow_scalar", "whole_exponent", "the exponent's fraction is lost", pow_whole_exponent);
  plant(list, "pow_scalar", "of_magnitude", "|x|^p", pow_scalar_of_magnitude);
}

void plant_comparisons(std::vector<Mutant>& list) {
  plant(list, "less", "or_equal", "≤ for <", as_op("less_equal"));
  plant(list, "less_equal", "strict", "< for ≤", as_op("less"));
  plant(list, "greater", "or_equal", "≥ for >", as_op("greater_equal"));
  plant(list, "greater_equal", "strict", "> for ≥", as_op("greater"));
  plant(list, "greater", "operands_swapped", "y > x for x > y", operands_swapped);
  plant(list, "less_equal", "not_greater", "¬(x > y): true for NaN", binary([](float x, float y) { return !(x > y); }));
  plant(list, "equal", "nearly", "equal within 20 bits",
        binary([](float x, float y) { return std::abs(x - y) <= std::ldexp(std::abs(x), -20); }));
  plant(list, "equal", "by_bits", "compares bits: −0 differs from 0",
        binary([](float x, float y) { return x == y && std::signbit(x) == std::signbit(y); }));
  plant(list, "logical_and", "product", "x y, which is no mask", binary([](float x, float y) { return x * y; }));
  plant(list, "logical_and", "either", "or for and", as_op("logical_or"));
  plant(list, "logical_and", "nan_false", "NaN counts as false",
        binary([](float x, float y) { return (x < 0 || x > 0) && (y < 0 || y > 0); }));
  plant(list, "logical_or", "both", "and for or", as_op("logical_and"));
  plant(list, "logical_or", "of_sum", "x + y ≠ 0", binary([](float x, float y) { return x + y != 0; }));
  plant(list, "logical_or", "exclusive", "either, not both",
        binary([](float x, float y) { return (x != 0) != (y != 0); }));
  plant(list, "logical_not", "of_negative", "x ≤ 0", unary([](float x) { return x <= 0; }));
  plant(list, "logical_not", "complement", "1 − x", unary([](float x) { return one - x; }));
  plant(list, "not_equal", "nan_equal", "NaN equals NaN", binary([](float x, float y) { return x < y || x > y; }));
}

void plant_selections(std::vector<Mutant>& list) {
  plant(list, "relu", "nan_becomes_zero", "x > 0 ? x : 0", unary([](float x) { return x > 0 ? x : 0; }));
  plant(list, "relu", "leaky", "x/128 below 0", unary([](float x) { return x < 0 ? x / 128 : x; }));
  plant(list, "relu", "capped", "at most 6", cut_to(-infinity, 6));
  plant(list, "relu", "magnitude", "|x|", as_op("abs"));
  plant(list, "maximum", "minimum", "the smaller one", as_op("minimum"));
  plant(list, "minimum", "maximum", "the larger one", as_op("maximum"));
  plant(list, "maximum", "second_on_nan", "x > y ? x : y: NaN in x is lost",
        binary([](float x, float y) { return x > y ? x : y; }));
  plant(list, "maximum", "first_on_nan", "x < y ? y : x: NaN in y is lost",
        binary([](float x, float y) { return x < y ? y : x; }));
  plant(list, "minimum", "first_on_nan", "y < x ? y : x: NaN in y is lost",
        binary([](float x, float y) { return y < x ? y : x; }));
  plant(list, "maximum", "of_magnitudes", "the one of larger magnitude", binary([](float x, float y) {
          return std::isnan(x) || std::isnan(y) ? x + y : std::abs(x) > std::abs(y) ? x : y;
        }));
  plant(list, "clamp", "low_end_only", "the upper end is ignored", clamp_low_end_only);
  plant(list, "clamp", "high_end_only", "the lower end is ignored", clamp_high_end_only);
  plant(list, "clamp", "ends_swapped", "max(min(x, lo), hi)", clamp_ends_swapped);
  plant(list, "clamp", "symmetric", "between −hi and hi", clamp_symmetric);
  plant(list, "where", "branches_swapped", "y where the mask holds", branches_swapped);
  plant(list, "where", "by_product", "m x + (1 − m) y: NaN leaks", select_by_product);
}

}  // namespace

void add_elementwise_bugs(std::vector<Mutant>& list) {
  plant_arithmetic(list);
  plant_comparisons(list);
  plant_selections(list);
}

}  // namespace plumbline::crosscheck
