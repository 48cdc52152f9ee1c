// Rounded<C>: an exact value, and a bound on the error of every float implementation that keeps its claims.
#pragma once

#include <algorithm>
#include <cmath>

#include "spec/lang/claims.h"
#include "spec/lang/number.h"
#include "spec/num/enclosure.h"
#include "spec/num/roundoff.h"

namespace plumbline::spec {

// d bounds |computed − exact|; d = ∞: cannot be judged. The second tier: independent roundings within the claims
// deviate by about `deviation()`, on top of at most b from causes that may be systematic. A value without claims is a
// literal: an exact real number, rounded once when it meets a value that has claims.
template <class C>
struct Rounded {
  // short_leaf: an error-free double of at most 26 bits and moderate exponent. product: the exact product of two of
  // them, whose rounding is still to be added. fresh: the last operation rounded to the intermediate format and that
  // rounding is not in s yet. overflow_*: the computed value may be the infinity of that sign.
  // unreal: computed from a pole.
  static constexpr std::uint32_t none = 0, short_leaf = 1, product = 2, fresh = 4, overflow_up = 8, overflow_down = 16,
                                 unreal = 32, infinite = overflow_up | overflow_down;

  C exact{};
  double d = 0, s = 0, b = 0;
  const Claims* claims = nullptr;
  std::int32_t grid = 0;  // of a short leaf or a product: exact = integer·2^grid
  std::uint32_t flags = none;

  Rounded() = default;
  explicit Rounded(double a) : exact(a) {}
  explicit Rounded(Index i) : exact(i) {}
  explicit Rounded(int i) : exact(Index{i}) {}
  Rounded(const C& value, const Claims* c) : exact(value), claims(c) {}

  // A float that a kernel is given: exact, but rounded to the claimed format of operands [operand B1]. The claims must
  // outlive every number that is computed from it; `like` lends its precision.
  static Rounded leaf(double value, const Claims& claims, const C& like = C());
  // A value that already deviates by at most d; of that, d_b systematically and the rest with deviation d_s.
  static Rounded given(const C& exact, double d, double d_s, double d_b, const Claims& claims) {
    Rounded x(exact, &claims);
    x.d = d, x.s = d_s, x.b = d_b;
    return x;
  }

  double lo() const { return lower(exact); }
  double hi() const { return upper(exact); }
  double magnitude() const { return std::max(std::abs(lo()), std::abs(hi())); }  // of the exact value
  double computed_magnitude() const { return upward::add(magnitude(), d); }      // m
  double smallest() const { return std::max({lo(), -hi(), 0.0}); }               // ≤ |exact|
  bool judged() const { return d < upward::infinity; }
  bool may_overflow() const { return (flags & infinite) != 0; }
  // Every computed value is the infinity: even lo − d, or hi + d, rounds beyond the largest finite one [overflow B2].
  bool certainly_overflows(const Format& f) const {
    if (!f.has_infinity || !may_overflow()) return false;
    return std::max(lower_by(lo(), d), lower_by(-hi(), d)) > largest(f) || exceeds_doubles(exact, d);
  }
  bool is_unreal() const { return known(exact) == Known::pole || (flags & unreal) != 0; }
  bool is_value() const { return known(exact) == Known::value; }
  // s with the last rounding in it [tier B1].
  double deviation() const {
    return flags & fresh ? upward::hypot(s, roundoff(claims->intermediate, computed_magnitude())) : s;
  }

  // As an operand under claims c: pending products rounded, literals rounded to the intermediate format.
  bool ready(const Claims* c) const { return (flags & product) == 0 && claims == c; }
  Rounded adopted(const Claims* c) const;
  // After one rounding to the format. `sum`: of an addition, which is exact where it is subnormal [round B3].
  void round_to(const Format& f, bool sum = false);
  // A value of no more digits than f's enters its range: only overflow and subnormals are rounded [range B1].
  void enter(const Format& f);
  void mark_overflow(const Format& f);  // where a computed value may be beyond all of f
  // The element that is handed out.
  Rounded finished() const;

  static double lower_by(double a, double by) { return by == 0 ? a : upward::sub_down(a, by); }
  void unjudge() { d = s = b = upward::infinity; }
  // Nothing is judged that depends on an operand which may have overflowed, or is not judged itself [overflow B1].
  bool poisoned_by(const Rounded& x) const { return x.may_overflow() || !(x.d < upward::infinity); }
};

namespace rounding {

template <class C>
const Claims* common(const Rounded<C>& x, const Rounded<C>& y) {
  return x.claims != nullptr ? x.claims : y.claims;
}

// A result whose exact part is no number: it can be judged only if the computed one certainly is in the same state.
// What follows from a pole is no real number at all, so that no precision would tell more.
template <class C, class... Operands>
Rounded<C> special(const C& exact, const Claims* claims, bool certain, const Operands&... operands) {
  Rounded<C> z(exact, claims);
  if (!certain || known(exact) == Known::nothing) z.unjudge();
  if (known(exact) == Known::nothing && (... || operands.is_unreal())) z.flags = z.unreal;
  return z;
}
template <class C>
bool certainly_undefined(const Rounded<C>& x) {
  return !x.is_value() && x.d == 0;
}

// z = x op y with the inherited error (d, s, b), rounded in the intermediate format.
template <class C>
Rounded<C> result(const C& exact, const Rounded<C>& x, const Rounded<C>& y, double d, double s, double b, bool sum) {
  const Claims* claims = common(x, y);
  if (known(exact) != Known::value)
    return special(exact, claims, certainly_undefined(x) || certainly_undefined(y) || (x.d == 0 && y.d == 0), x, y);
  Rounded<C> z(exact, claims);
  if (z.poisoned_by(x) || z.poisoned_by(y)) return z.unjudge(), z;
  z.d = d, z.s = s, z.b = b;
  if (claims != nullptr) z.round_to(claims->intermediate, sum);
  return z;
}

}  // namespace rounding

template <class C>
Rounded<C> Rounded<C>::leaf(double value, const Claims& claims, const C& like) {
  Rounded x(real(like, value), &claims);
  if (!std::isfinite(value)) return rounding::special(x.exact, &claims, std::isnan(value));
  const double m = std::abs(value);
  const bool flushed = claims.flushes_subnormals && m < smallest_normal(claims.operands);
  if (value != 0 && (flushed || !representable(value, claims.operands))) {
    x.d = x.s = flushed ? m : roundoff(claims.operands, m);
    if (flushed) x.b = x.d, x.s = 0;
    if (m > largest(claims.operands)) x.flags |= value > 0 ? overflow_up : overflow_down;
    return x;
  }
  x.grid = value == 0 ? zero_grid : grid_of(value);
  const bool moderate = value == 0 || (m >= 0x1p-400 && m <= 0x1p400 && m <= upward::power_of_two(x.grid + 26));
  if (moderate) x.flags = short_leaf;
  return x;
}

template <class C>
void Rounded<C>::mark_overflow(const Format& f) {
  if (computed_magnitude() <= largest(f)) return;
  if (hi() + d > 0) flags |= overflow_up;
  if (lo() - d < 0) flags |= overflow_down;
}

template <class C>
void Rounded<C>::round_to(const Format& f, bool sum) {
  s = deviation();
  flags &= ~(short_leaf | product | fresh);
  const double low = upward::sub_down(smallest(), d);
  const bool flushable = claims->flushes_subnormals && low < smallest_normal(f);
  if (d == 0 && !(flushable && magnitude() != 0))
    if (const auto value = single(exact); value && representable(*value, f)) return;
  const double m = computed_magnitude();
  if (m > largest(f)) {
    mark_overflow(f);
    if (f.has_infinity && std::max(lower_by(lo(), d), lower_by(-hi(), d)) >= upward::power_of_two(f.emax + 1)) return;
    if (f.has_infinity && exceeds_doubles(exact, d)) return;
  }
  const bool finer =
      !contained(claims->operands, f) || !contained(claims->intermediate, f) || !contained(claims->accumulator, f);
  if (!(sum && !finer && m < smallest_normal(f))) {
    const double own = roundoff(f, m);
    if (f == claims->intermediate)
      flags |= fresh;
    else
      s = upward::hypot(s, own);
    d = upward::add(d, own);
  }
  if (flushable) {
    const double flush = std::min(m, smallest_normal(f));
    d = upward::add(d, flush), b = upward::add(b, flush);
  }
}

template <class C>
void Rounded<C>::enter(const Format& f) {
  mark_overflow(f);
  const double m = computed_magnitude(), normal = smallest_normal(f);
  if (upward::sub_down(smallest(), d) >= normal) return;
  const auto value = single(exact);
  const bool held = d == 0 && value && representable(*value, f);
  if (held && (!claims->flushes_subnormals || m == 0)) return;
  const double own = claims->flushes_subnormals ? std::min(m, normal) : half_subnormal(f);
  s = upward::hypot(deviation(), own), d = upward::add(d, own);
  if (claims->flushes_subnormals) b = upward::add(b, own);
  flags &= ~(short_leaf | product | fresh);
}

template <class C>
Rounded<C> Rounded<C>::adopted(const Claims* c) const {
  Rounded x = *this;
  if (flags & product) x.round_to(claims->intermediate);
  if (claims == c) return x;
  x.claims = c;
  if (claims == nullptr && x.is_value()) x.round_to(c->intermediate);
  return x;
}

template <class C>
Rounded<C> Rounded<C>::finished() const {
  Rounded x = flags & product ? adopted(claims) : *this;
  if (claims == nullptr || !x.is_value() || !(x.d < upward::infinity)) return x;
  const Format& out = claims->output;
  bool outside = false;
  for (const Format& f : {claims->operands, claims->intermediate, claims->accumulator}) {
    if (f.precision > out.precision) return x.round_to(out), x;
    outside = outside || !contained(f, out);
  }
  if (outside) x.enter(out);
  return x;
}

template <class C>
Rounded<C> operator-(const Rounded<C>& x) {
  Rounded<C> z = x;
  z.exact = -x.exact;
  const bool up = (x.flags & x.overflow_down) != 0, down = (x.flags & x.overflow_up) != 0;
  z.flags = (x.flags & ~x.infinite) | (up ? x.overflow_up : 0) | (down ? x.overflow_down : 0);
  return z;
}

// d = d_x + d_y + u·ufp(m) [add B1]
template <class C>
Rounded<C> operator+(const Rounded<C>& x, const Rounded<C>& y) {
  const Claims* c = rounding::common(x, y);
  if (!x.ready(c) || !y.ready(c)) return x.adopted(c) + y.adopted(c);
  return rounding::result<C>(x.exact + y.exact, x, y, upward::add(x.d, y.d), upward::add(x.deviation(), y.deviation()),
                             upward::add(x.b, y.b), /*sum=*/true);
}
template <class C>
Rounded<C> operator-(const Rounded<C>& x, const Rounded<C>& y) {
  return x + -y;
}

namespace rounding {
// |y| where y certainly is ±2^j and was computed without an error or an overflow; else 0.
template <class C>
double exact_scale(const Rounded<C>& y) {
  if (y.d != 0 || y.may_overflow()) return 0;
  const double m = std::abs(single(y.exact).value_or(0));
  return m == upward::power_of_two(std::ilogb(m == 0 ? 1 : m)) ? m : 0;
}
// x·2^j does not round where all numbers stay normal in the format of intermediates, which holds x [product B3].
template <class C>
bool scales_exactly(const Rounded<C>& x, double scale) {
  const Format& f = x.claims->intermediate;
  return scale != 0 && x.is_value() && x.judged() && !x.may_overflow() && contained(x.claims->operands, f) &&
         contained(x.claims->accumulator, f) && upward::mul(x.computed_magnitude(), scale) <= largest(f) &&
         upward::mul_down(std::max(0.0, upward::sub_down(x.smallest(), x.d)), scale) >= smallest_normal(f);
}
template <class C>
Rounded<C> scaled(const C& exact, const Rounded<C>& x, double scale) {
  Rounded<C> z(exact, x.claims);
  z.d = upward::mul(x.d, scale), z.s = upward::mul(x.deviation(), scale), z.b = upward::mul(x.b, scale);
  return z;
}
// d = |x|d_y + |y|d_x + d_x d_y + u·ufp(m), η where the product may be subnormal [product B1]
template <class C>
[[gnu::noinline, gnu::cold]] Rounded<C> product(const Rounded<C>& x, const Rounded<C>& y) {
  const Claims* c = common(x, y);
  if (!x.ready(c) || !y.ready(c)) return product(x.adopted(c), y.adopted(c));
  if (c != nullptr) {
    if (const double scale = exact_scale(y); scales_exactly(x, scale)) return scaled(x.exact * y.exact, x, scale);
    if (const double scale = exact_scale(x); scales_exactly(y, scale)) return scaled(x.exact * y.exact, y, scale);
  }
  const double a = x.magnitude(), b = y.magnitude(), ma = upward::add(a, x.d);
  const auto inherited = [&](double ex, double ey) { return upward::add(upward::mul(ma, ey), upward::mul(b, ex)); };
  return result<C>(x.exact * y.exact, x, y, inherited(x.d, y.d), inherited(x.deviation(), y.deviation()),
                   inherited(x.b, y.b), /*sum=*/false);
}
}  // namespace rounding

template <class C>
inline Rounded<C> operator*(const Rounded<C>& x, const Rounded<C>& y) {
  if constexpr (std::same_as<C, Approx>) {
    if (x.flags == x.short_leaf && y.flags == x.short_leaf) [[likely]] {  // exact in double [product B2]
      Rounded<C> z;
      z.exact = Approx::exactly(x.exact.centre() * y.exact.centre());
      z.claims = x.claims;
      z.grid = x.grid + y.grid;
      z.flags = x.product;
      return z;
    }
  }
  return rounding::product(x, y);
}

// d = (d_x + |x/y| d_y)/(|y| − d_y) + u·ufp(m) + η [division B1]
template <class C>
Rounded<C> operator/(const Rounded<C>& x, const Rounded<C>& y) {
  const Claims* c = rounding::common(x, y);
  if (!x.ready(c) || !y.ready(c)) return x.adopted(c) / y.adopted(c);
  const C q = x.exact / y.exact;
  if (c != nullptr)
    if (const double scale = rounding::exact_scale(y); scale != 0 && rounding::scales_exactly(x, 1 / scale))
      return rounding::scaled(q, x, 1 / scale);
  if (known(q) == Known::value && x.is_value() && y.is_value()) {
    const double room = upward::sub_down(y.smallest(), y.d), m = std::max(std::abs(lower(q)), std::abs(upper(q)));
    const auto inherited = [&](double ex, double ey) {
      const double e = upward::add(ex, upward::mul(m, ey));
      return room > 0 ? upward::div(e, room) : upward::infinity;  // a computed 0 may divide
    };
    return rounding::result<C>(q, x, y, inherited(x.d, y.d), inherited(x.deviation(), y.deviation()),
                               inherited(x.b, y.b), false);
  }
  return rounding::special(q, c, known(q) == Known::pole ? y.d == 0 : x.d == 0 && y.d == 0, x, y);
}

}  // namespace plumbline::spec

#include "spec/num/rounded_functions.h"
#include "spec/num/rounded_sum.h"
