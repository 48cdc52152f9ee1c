// Functions, choices and comparisons of Rounded numbers.
#pragma once

#include "spec/num/image.h"
#include "spec/num/rounded.h"

namespace plumbline::spec {

template <class C>
Rounded<C> abs(const Rounded<C>& x) {
  if (!x.is_value()) return x;
  Rounded<C> z = x;
  z.exact = abs(x.exact);
  if (x.may_overflow()) z.flags = (x.flags & ~x.infinite) | x.overflow_up;
  return z;
}

namespace rounding {

// 0 where the computed value certainly is 0 too; else the operand's own error: max(x, 0) moves no further than x.
template <class C>
Rounded<C> clipped(const Rounded<C>& x) {
  Rounded<C> z = x;
  z.exact = ramp(x.exact);
  if (!z.is_value() || !(x.d < upward::infinity)) return z.unjudge(), z;
  if (x.hi() <= -x.d) z.d = z.s = z.b = 0, z.flags = z.none, z.claims = x.claims;
  return z;
}

// The claimed error of an elementary function is added to what it inherits. Correctly rounded ones (½ ulp) round as
// arithmetic does; others may err systematically, so that their claim goes into b [elementary B1].
template <class C>
Rounded<C> elementary(Rounded<C> z, double ulps) {
  const Format& f = z.claims->intermediate;
  if (ulps <= 0.5) return z.round_to(f), z;
  const double m = z.computed_magnitude(), own = upward::mul(ulps, ulp_bound(f, m));
  if (m > largest(f)) z.flags |= (z.hi() + z.d > 0 ? z.overflow_up : 0) | (z.lo() - z.d < 0 ? z.overflow_down : 0);
  if (z.certainly_overflows(f)) return z;
  z.d = upward::add(z.d, own), z.b = upward::add(z.b, own);
  if (z.claims->flushes_subnormals && upward::sub_down(z.smallest(), z.d) < smallest_normal(f)) {
    const double flush = std::min(upward::add(m, own), smallest_normal(f));
    z.d = upward::add(z.d, flush), z.b = upward::add(z.b, flush);
  }
  return z;
}

// Arguments 0 and 1 with values 0 and 1, as e⁰ = 1, log 1 = 0, tanh 0 = 0: every implementation has them exactly
// (C17, F.10) [elementary B2].
template <class C>
bool is_zero_or_one(const C& x) {
  const auto value = single(x);
  return value && (*value == 0 || *value == 1);
}

// f(x): the image of [x − d, x + d], and the same image scaled down for the parts s and b of d, since every image
// is at least proportional to its width until it saturates.
template <class C, class F, class Image>
Rounded<C> function(const Rounded<C>& x0, Function name, F&& f, Image&& image, bool undefined_nearby) {
  if (!x0.ready(x0.claims)) return function(x0.adopted(x0.claims), name, f, image, undefined_nearby);
  const Rounded<C>& x = x0;
  const C y = f(x.exact);
  if (known(y) != Known::value || !x.is_value())
    return special(y, x.claims, x.is_value() ? !undefined_nearby : x.d == 0, x);
  Rounded<C> z(y, x.claims);
  if (z.poisoned_by(x)) return z.unjudge(), z;
  if (x.claims == nullptr || (x.d == 0 && is_zero_or_one(x.exact) && is_zero_or_one(y))) return z;
  z.d = image(x.lo(), x.hi(), x.d);
  if (!(z.d < upward::infinity)) return z.unjudge(), z;
  if (x.d > 0) {
    const double slope = x.d >= 1 && z.d <= 2 ? 1.25 : upward::div(z.d, x.d);
    z.s = upward::mul(slope, x.deviation()), z.b = upward::mul(slope, x.b);
  }
  return elementary(z, x.claims->ulp(name));
}

}  // namespace rounding

template <class C>
Rounded<C> ramp(const Rounded<C>& x) {
  return x.is_value() ? rounding::clipped(x.adopted(x.claims))
                      : rounding::special(ramp(x.exact), x.claims, x.d == 0, x);
}

// sqrt and log have edges: where the computed argument may lie on the other side of it, nothing can be judged.
template <class C>
Rounded<C> sqrt(const Rounded<C>& x) {
  return rounding::function(
      x, Function::sqrt, [](const C& v) { return sqrt(v); }, image::sqrt, !(x.hi() + x.d * (1 + 0x1p-50) < 0));
}
template <class C>
Rounded<C> log(const Rounded<C>& x) {
  const bool unsure = x.d > 0 && !(x.hi() + x.d * (1 + 0x1p-50) < 0);
  return rounding::function(
      x, Function::log, [](const C& v) { return log(v); }, image::log, unsure);
}
template <class C>
Rounded<C> log2(const Rounded<C>& x) {
  const bool unsure = x.d > 0 && !(x.hi() + x.d * (1 + 0x1p-50) < 0);
  return rounding::function(
      x, Function::log2, [](const C& v) { return log2(v); }, image::log2, unsure);
}
template <class C>
Rounded<C> log1p(const Rounded<C>& x) {
  const bool unsure = x.d > 0 && !(upward::raised(x.hi() + 1) + x.d * (1 + 0x1p-50) < 0);
  return rounding::function(
      x, Function::log1p, [](const C& v) { return log1p(v); }, image::log1p, unsure);
}
template <class C>
Rounded<C> cbrt(const Rounded<C>& x) {
  return rounding::function(
      x, Function::cbrt, [](const C& v) { return cbrt(v); }, image::cbrt, false);
}
template <class C>
Rounded<C> exp2(const Rounded<C>& x) {
  return rounding::function(
      x, Function::exp2, [](const C& v) { return exp2(v); }, image::exp2, false);
}
template <class C>
Rounded<C> atan(const Rounded<C>& x) {
  return rounding::function(
      x, Function::atan, [](const C& v) { return atan(v); }, image::atan, false);
}
template <class C>
Rounded<C> exp(const Rounded<C>& x) {
  return rounding::function(
      x, Function::exp, [](const C& v) { return exp(v); }, image::exp, false);
}
template <class C>
Rounded<C> expm1(const Rounded<C>& x) {
  return rounding::function(
      x, Function::expm1, [](const C& v) { return expm1(v); }, image::expm1, false);
}
template <class C>
Rounded<C> sin(const Rounded<C>& x) {
  return rounding::function(
      x, Function::sin, [](const C& v) { return sin(v); }, image::sin, false);
}
template <class C>
Rounded<C> cos(const Rounded<C>& x) {
  return rounding::function(
      x, Function::cos, [](const C& v) { return cos(v); }, image::cos, false);
}
template <class C>
Rounded<C> tanh(const Rounded<C>& x) {
  return rounding::function(
      x, Function::tanh, [](const C& v) { return tanh(v); }, image::tanh, false);
}
template <class C>
Rounded<C> erf(const Rounded<C>& x) {
  return rounding::function(
      x, Function::erf, [](const C& v) { return erf(v); }, image::erf, false);
}
template <class C>
Rounded<C> erfc(const Rounded<C>& x) {
  return rounding::function(
      x, Function::erfc, [](const C& v) { return erfc(v); }, image::erf, false);
}

// The image of both arguments at once; s and b are scaled as d is.
template <class C>
Rounded<C> pow(const Rounded<C>& x, const Rounded<C>& y) {
  const Claims* c = rounding::common(x, y);
  if (!x.ready(c) || !y.ready(c)) return pow(x.adopted(c), y.adopted(c));
  // x⁰ and 1^y depend on nothing, so that not even NaN matters (IEEE 754-2019 §9.2.1).
  const bool constant = known(x.exact) == Known::nan
                            ? y.d == 0 && single(y.exact) == 0.0
                            : known(y.exact) == Known::nan && x.d == 0 && single(x.exact) == 1.0;
  if (constant) return Rounded<C>(1).adopted(c);
  const C p = pow(x.exact, y.exact);
  if (known(p) != Known::value || !x.is_value() || !y.is_value())
    return rounding::special(p, c, x.d == 0 && y.d == 0, x, y);
  Rounded<C> z(p, c);
  if (z.poisoned_by(x) || z.poisoned_by(y)) return z.unjudge(), z;
  if (c == nullptr) return z;
  z.d = image::pow(x.lo(), x.hi(), x.d, y.lo(), y.hi(), y.d, z.magnitude());
  if (!(z.d < upward::infinity)) return z.unjudge(), z;
  const double part =
      x.d + y.d == 0 ? 0 : std::max(x.d == 0 ? 0 : x.deviation() / x.d, y.d == 0 ? 0 : y.deviation() / y.d);
  const double bias = x.d + y.d == 0 ? 0 : std::max(x.d == 0 ? 0 : x.b / x.d, y.d == 0 ? 0 : y.b / y.d);
  z.s = upward::mul(z.d, part), z.b = upward::mul(z.d, bias);
  return rounding::elementary(z, c->ulp(Function::pow));
}

namespace rounding {

// A non-decreasing step function never rounds; where the computed argument may lie on another step, d holds the
// distance to it [step B1]. Small integers are exact data again.
template <class C, class F>
Rounded<C> step(const Rounded<C>& x, F&& f, double (*at)(double)) {
  if (!x.ready(x.claims)) return step(x.adopted(x.claims), f, at);
  const C y = f(x.exact);
  if (known(y) != Known::value || !x.is_value()) return special(y, x.claims, x.d == 0, x);
  Rounded<C> z(y, x.claims);
  if (z.poisoned_by(x)) return z.unjudge(), z;
  if (x.d > 0) {
    const double below = at(upward::sub_down(x.lo(), x.d)), above = at(upward::sub(x.hi(), -x.d));
    z.d = z.b = std::max({0.0, upward::sub(above, lower(y)), upward::sub(upper(y), below)});
    if (!(z.d < upward::infinity)) return z.unjudge(), z;
  }
  const double value = z.d == 0 && x.claims != nullptr ? single(y).value_or(upward::infinity) : upward::infinity;
  if (std::abs(value) <= 0x1p26) z.grid = value == 0 ? zero_grid : grid_of(value), z.flags = z.short_leaf;
  return z;
}

}  // namespace rounding

template <class C>
Rounded<C> floor(const Rounded<C>& x) {
  return rounding::step(
      x, [](const C& v) { return floor(v); }, [](double v) { return std::floor(v); });
}
template <class C>
Rounded<C> round_even(const Rounded<C>& x) {
  return rounding::step(
      x, [](const C& v) { return round_even(v); }, [](double v) { return round_even(v); });
}

// Of error-free operands the remainder towards zero is a float, and one addition of y corrects its sign
// [remainder B1]; otherwise as the formula says.
template <class C>
Rounded<C> floored_remainder(const Rounded<C>& x, const Rounded<C>& y) {
  const Claims* c = rounding::common(x, y);
  if (!x.ready(c) || !y.ready(c)) return floored_remainder(x.adopted(c), y.adopted(c));
  if (x.d > 0 || y.d > 0 || !x.is_value() || !y.is_value()) return x - y * floor(x / y);
  return rounding::result<C>(floored_remainder(x.exact, y.exact), x, y, 0, 0, 0, /*sum=*/true);
}

// What the implementation computes, as an approximation of another real number: the distance between the two is a
// systematic error of it [method B1].
template <class C>
Rounded<C> computed_as(const Rounded<C>& exact, const Rounded<C>& approx) {
  const Claims* c = rounding::common(exact, approx);
  if (!approx.ready(c)) return computed_as(exact, approx.adopted(c));
  if (known(exact.exact) != Known::value || !approx.is_value()) {
    const bool agree = known(exact.exact) == known(approx.exact) && rounding::certainly_undefined(approx);
    return rounding::special(exact.exact, c, agree, exact, approx);
  }
  Rounded<C> z = approx;
  z.exact = exact.exact;
  if (z.poisoned_by(approx) && !approx.may_overflow()) return z.unjudge(), z;
  const double gap = upper(abs(approx.exact - exact.exact));
  if (gap == 0) return z;
  z.flags &= ~z.short_leaf;
  z.d = upward::add(z.d, gap), z.b = upward::add(z.b, gap);
  return z;
}

// p/q, which a kernel may compute by a division, or round as a constant.
template <class C>
Rounded<C> ratio(const Rounded<C>& x, Index p, Index q) {
  Rounded<C> z = Rounded<C>(p).adopted(x.claims) / Rounded<C>(q).adopted(x.claims);
  z.exact = ratio(x.exact, p, q);
  return z;
}
template <class C>
Rounded<C> real(const Rounded<C>& x, double a) {
  return Rounded<C>(real(x.exact, a), nullptr).adopted(x.claims);
}
template <class C>
Rounded<C> pi(const Rounded<C>& x) {
  return Rounded<C>(pi(x.exact), nullptr).adopted(x.claims);
}

namespace rounding {
// Is x̂ < ŷ for every computed pair?
template <class C>
bool certainly_below(const Rounded<C>& x, const Rounded<C>& y) {
  if (x.d == 0 && y.d == 0) return x.hi() < y.lo();
  return upward::raised(x.hi() + x.d) < upward::lowered(y.lo() - y.d);
}
template <class C>
bool decided(const Rounded<C>& x, const Rounded<C>& y) {
  return x.is_value() && y.is_value() && x.judged() && y.judged() && !x.may_overflow() && !y.may_overflow();
}
}  // namespace rounding

template <class C>
Truth less(const Rounded<C>& x, const Rounded<C>& y) {
  const Claims* c = rounding::common(x, y);
  if (!x.ready(c) || !y.ready(c)) return less(x.adopted(c), y.adopted(c));
  const Tri exact = less(x.exact, y.exact).exact;
  if (known(x.exact) == Known::nan || known(y.exact) == Known::nan)
    return {exact, rounding::certainly_undefined(x) || rounding::certainly_undefined(y) ? Tri::no : Tri::unknown};
  if (!rounding::decided(x, y)) return {exact, Tri::unknown};
  if (x.d == 0 && y.d == 0) return {exact, exact};
  if (rounding::certainly_below(x, y)) return {exact, Tri::yes};
  return {exact, rounding::certainly_below(y, x) ? Tri::no : Tri::unknown};
}

template <class C>
Truth equal(const Rounded<C>& x, const Rounded<C>& y) {
  const Claims* c = rounding::common(x, y);
  if (!x.ready(c) || !y.ready(c)) return equal(x.adopted(c), y.adopted(c));
  const Tri exact = equal(x.exact, y.exact).exact;
  if (known(x.exact) == Known::nan || known(y.exact) == Known::nan)
    return {exact, rounding::certainly_undefined(x) || rounding::certainly_undefined(y) ? Tri::no : Tri::unknown};
  if (!rounding::decided(x, y)) return {exact, Tri::unknown};
  if (x.d == 0 && y.d == 0) return {exact, exact};
  return {exact, rounding::certainly_below(x, y) || rounding::certainly_below(y, x) ? Tri::no : Tri::unknown};
}

// Ready and certain, or not known: an overflow may have become NaN.
template <class C>
Truth is_nan(const Rounded<C>& x) {
  if (!x.ready(x.claims)) return is_nan(x.adopted(x.claims));
  switch (known(x.exact)) {
    case Known::value: return {Tri::no, x.judged() && !x.may_overflow() ? Tri::no : Tri::unknown};
    case Known::nan: return {Tri::yes, rounding::certainly_undefined(x) ? Tri::yes : Tri::unknown};
    default: return Tri::unknown;
  }
}
template <class C>
Truth is_infinite(const Rounded<C>& x) {
  if (!x.ready(x.claims)) return is_infinite(x.adopted(x.claims));
  switch (known(x.exact)) {
    case Known::value: return {Tri::no, x.judged() && !x.may_overflow() ? Tri::no : Tri::unknown};
    case Known::nan: return {Tri::no, rounding::certainly_undefined(x) ? Tri::no : Tri::unknown};
    default: return Tri::unknown;
  }
}

// The larger of two computed values errs by no more than the worse of them [choice B1].
template <class C>
Rounded<C> maximum(const Rounded<C>& x, const Rounded<C>& y) {
  const Claims* c = rounding::common(x, y);
  if (!x.ready(c) || !y.ready(c)) return maximum(x.adopted(c), y.adopted(c));
  const C m = maximum(x.exact, y.exact);
  if (known(m) != Known::value)
    return rounding::special(m, c, rounding::certainly_undefined(x) || rounding::certainly_undefined(y), x, y);
  if (rounding::decided(x, y)) {
    if (rounding::certainly_below(x, y)) return y;
    if (rounding::certainly_below(y, x)) return x;
  }
  Rounded<C> z(m, c);
  if (z.poisoned_by(x) || z.poisoned_by(y)) return z.unjudge(), z;
  z.d = std::max(x.d, y.d), z.s = upward::hypot(x.deviation(), y.deviation()), z.b = std::max(x.b, y.b);
  return z;
}
template <class C>
Rounded<C> minimum(const Rounded<C>& x, const Rounded<C>& y) {
  return -maximum(-x, -y);
}

// Where the implementation may have gone the other way, d spans both branches [choice B2].
template <class C>
Rounded<C> select(Truth t, const Rounded<C>& x, const Rounded<C>& y) {
  if (t.exact == t.computed && t.exact != Tri::unknown) return t.exact == Tri::yes ? x : y;
  const Claims* c = rounding::common(x, y);
  if (!x.ready(c) || !y.ready(c)) return select(t, x.adopted(c), y.adopted(c));
  Rounded<C> z(select(Truth(t.exact), x.exact, y.exact), c);
  if (!x.is_value() || !y.is_value() || z.poisoned_by(x) || z.poisoned_by(y)) return z.unjudge(), z;
  const C gap = abs(x.exact - y.exact);
  const double jump = upper(gap);
  z.d = upward::add(std::max(x.d, y.d), jump), z.b = jump == 0 ? std::max(x.b, y.b) : z.d;
  z.s = jump == 0 ? std::max(x.deviation(), y.deviation()) : 0;
  return z;
}

template <class C>
std::optional<Index> to_index(const Rounded<C>& x) {
  return x.d == 0 ? to_index(x.exact) : std::nullopt;
}

}  // namespace plumbline::spec
