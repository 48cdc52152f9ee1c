// The operations of the second engine, each one call of Arb.
#include "tests/engines/arb.h"

#include <arb_hypgeom.h>

namespace plumbline::test {
namespace {

using Unary = void (*)(arb_t, const arb_t, slong);

Arb function(Unary f, const Arb& x) {
  Arb r = Arb::from(x, x, /*elementary=*/true);
  f(r.get(), x.get(), r.bits());
  return r;
}

// An increasing function of exact numbers at both ends.
template <class F>
Arb increasing(const Arb& x, bool elementary, F&& f) {
  Arb r = Arb::from(x, x, elementary);
  if (!x.says_something()) {
    arb_indeterminate(r.get());
    return r;
  }
  arf_t low, high;
  arb_t below, above;
  arf_init(low), arf_init(high), arb_init(below), arb_init(above);
  arb_get_lbound_arf(low, x.get(), r.bits());
  arb_get_ubound_arf(high, x.get(), r.bits());
  f(below, low, r.bits());
  f(above, high, r.bits());
  arb_union(r.get(), below, above, r.bits());
  arf_clear(low), arf_clear(high), arb_clear(below), arb_clear(above);
  return r;
}

void cube_root(arb_t y, const arf_t x, slong bits) {
  arb_set_arf(y, x);
  arb_abs(y, y);
  arb_root_ui(y, y, 3, bits);
  if (arf_sgn(x) < 0) arb_neg(y, y);
}

void nearest_even(arb_t y, const arf_t x, slong) {
  arf_t down, rest;
  arf_init(down), arf_init(rest);
  arf_floor(down, x);
  arf_sub(rest, x, down, ARF_PREC_EXACT, ARF_RND_DOWN);
  const int side = arf_cmp_2exp_si(rest, -1);
  arf_mul_2exp_si(rest, down, -1);
  const bool up = side > 0 || (side == 0 && arf_is_int(rest) == 0);
  if (up) arf_add_ui(down, down, 1, ARF_PREC_EXACT, ARF_RND_DOWN);
  arb_set_arf(y, down);
  arf_clear(down), arf_clear(rest);
}

void two_to_the(arb_t y, const arb_t x, slong bits) {
  arb_t two;
  arb_init(two);
  arb_set_ui(two, 2);
  arb_pow(y, two, x, bits);
  arb_clear(two);
}

void binary_logarithm(arb_t y, const arb_t x, slong bits) { arb_log_base_ui(y, x, 2, bits); }
void error_function(arb_t y, const arb_t x, slong bits) { arb_hypgeom_erf(y, x, bits); }
void complementary_error_function(arb_t y, const arb_t x, slong bits) { arb_hypgeom_erfc(y, x, bits); }

}  // namespace

Arb operator+(const Arb& x, const Arb& y) {
  Arb r = Arb::from(x, y);
  arb_add(r.get(), x.get(), y.get(), r.exact_bits());
  return r;
}
Arb operator-(const Arb& x, const Arb& y) {
  Arb r = Arb::from(x, y);
  arb_sub(r.get(), x.get(), y.get(), r.exact_bits());
  return r;
}
Arb operator*(const Arb& x, const Arb& y) {
  Arb r = Arb::from(x, y);
  arb_mul(r.get(), x.get(), y.get(), r.exact_bits());
  return r;
}
Arb operator/(const Arb& x, const Arb& y) {
  Arb r = Arb::from(x, y);
  arb_div(r.get(), x.get(), y.get(), r.bits());
  return r;
}
Arb operator-(const Arb& x) {
  Arb r = x;
  arb_neg(r.get(), x.get());
  return r;
}
Arb abs(const Arb& x) {
  Arb r = x;
  arb_abs(r.get(), x.get());
  return r;
}
Arb ramp(const Arb& x) { return maximum(x, Arb(Index{0})); }
Arb maximum(const Arb& x, const Arb& y) {
  Arb r = Arb::from(x, y);
  arb_max(r.get(), x.get(), y.get(), r.bits());
  return r;
}
Arb minimum(const Arb& x, const Arb& y) {
  Arb r = Arb::from(x, y);
  arb_min(r.get(), x.get(), y.get(), r.bits());
  return r;
}

Arb sqrt(const Arb& x) { return function(arb_sqrt, x); }
Arb cbrt(const Arb& x) { return increasing(x, /*elementary=*/true, cube_root); }
Arb exp(const Arb& x) { return function(arb_exp, x); }
Arb exp2(const Arb& x) { return function(two_to_the, x); }
Arb expm1(const Arb& x) { return function(arb_expm1, x); }
Arb log(const Arb& x) { return function(arb_log, x); }
Arb log2(const Arb& x) { return function(binary_logarithm, x); }
Arb log1p(const Arb& x) { return function(arb_log1p, x); }
Arb sin(const Arb& x) { return function(arb_sin, x); }
Arb cos(const Arb& x) { return function(arb_cos, x); }
Arb atan(const Arb& x) { return function(arb_atan, x); }
Arb tanh(const Arb& x) { return function(arb_tanh, x); }
Arb erf(const Arb& x) { return function(error_function, x); }
Arb erfc(const Arb& x) { return function(complementary_error_function, x); }
Arb pow(const Arb& x, const Arb& y) {
  Arb r = Arb::from(x, y, /*elementary=*/true);
  arb_pow(r.get(), x.get(), y.get(), r.bits());
  return r;
}
Arb floor(const Arb& x) {
  return increasing(x, /*elementary=*/false, [](arb_t y, const arf_t at, slong) {
    arf_t down;
    arf_init(down);
    arf_floor(down, at);
    arb_set_arf(y, down);
    arf_clear(down);
  });
}
Arb round_even(const Arb& x) { return increasing(x, /*elementary=*/false, nearest_even); }

Arb ratio(const Arb& x, Index p, Index q) {
  Arb r = Arb::from(x, x);
  arb_set_si(r.get(), p);
  arb_div_si(r.get(), r.get(), q, r.bits());
  return r;
}
Arb real(const Arb& x, double a) { return {a, x.precision()}; }
Arb pi(const Arb& x) {
  Arb r = Arb::from(x, x);
  arb_const_pi(r.get(), r.bits());
  return r;
}

Truth less(const Arb& x, const Arb& y) {
  if (arb_lt(x.get(), y.get()) != 0) return Tri::yes;
  return arb_ge(x.get(), y.get()) != 0 ? Tri::no : Tri::unknown;
}
Truth equal(const Arb& x, const Arb& y) {
  if (arb_eq(x.get(), y.get()) != 0) return Tri::yes;
  return arb_ne(x.get(), y.get()) != 0 ? Tri::no : Tri::unknown;
}
Arb select(Truth t, const Arb& x, const Arb& y) {
  if (t.exact != Tri::unknown) return t.exact == Tri::yes ? x : y;
  Arb r = Arb::from(x, y);
  arb_union(r.get(), x.get(), y.get(), r.bits());
  return r;
}
std::optional<Index> to_index(const Arb& x) {
  const bool whole = arb_is_int(x.get()) != 0 && arf_cmpabs_2exp_si(arb_midref(x.get()), 62) < 0;
  return whole ? std::optional<Index>(arf_get_si(arb_midref(x.get()), ARF_RND_DOWN)) : std::nullopt;
}

}  // namespace plumbline::test
