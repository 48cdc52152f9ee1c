// The bound on a sum from the totals of its terms.
#include "spec/num/rounded_sum.h"

#include "spec/num/image.h"

namespace plumbline::spec {

using upward::add, upward::hypot, upward::mul, upward::power_of_two, upward::root;

namespace {

// Σ|S_k| of the natural order, from the energies: (Σ|S_k|)² ≤ n·ΣS_k², and the double partial sums are off by at
// most n·2^-53·Σ|t|.
double partial_magnitudes(const TermTotals& t) {
  const double n = static_cast<double>(t.n);
  return add(root(mul(n, t.partial_squares)), mul(n, mul(n * 0x1p-53, t.magnitude)));
}

// The energy Σ S_k² that the additions of an order unrelated to the values have, at least that of the natural order
// forwards and backwards [tier2 B2].
double energy(const TermTotals& t, const Claims& claims, const std::vector<double>* terms) {
  const double n = static_cast<double>(t.n), backwards = n * t.sum * t.sum - 2 * t.sum * t.partials + t.partial_squares;
  double e = t.partial_squares;
  if (claims.order != Order::left)
    e = std::max({e, backwards, (n + 1) * (t.squares / 6 + t.sum / 3 * t.sum)});
  if (terms != nullptr) e = std::max(e, worst_energy(*terms));
  return e * (1 + 0x1p-40);
}

// Σ|t| ≤ 2^(g + p), and nothing on the grid is subnormal or would be flushed [grid B1].
bool never_rounds(const TermTotals& t, const Claims& claims) {
  if (!t.on_grid) return false;
  const auto fits = [&](const Format& f) {
    const int finest = claims.flushes_subnormals ? f.emin : smallest_grid(f);
    return t.grid >= finest && t.magnitude <= power_of_two(t.grid + f.precision) && t.magnitude <= largest(f);
  };
  return t.magnitude == 0 || (fits(claims.accumulator) && (!t.products || fits(claims.intermediate)));
}

// Terms that are rounded once more when they enter the accumulator.
bool enters_narrower(const Claims& claims) {
  return !contained(claims.intermediate, claims.accumulator) || !contained(claims.operands, claims.accumulator);
}

// (1 + u)^h − 1, or h·u where every summand is a value of the accumulator's format (Jeannerod and Rump 2013).
double growth(const TermTotals& t, const Claims& claims) {
  const Format& acc = claims.accumulator;
  const bool narrower = enters_narrower(claims);
  const double depth = static_cast<double>(claims.depth(t.n) + (narrower ? 1 : 0)), u = unit_roundoff(acc);
  const double tree = image::expm1_up(depth * u);
  return narrower || (claims.fma && t.products) ? tree : std::min(tree, static_cast<double>(t.n - 1) * u);
}

// What subnormal results and flushing add, over all products and additions [sum B5].
void add_underflow(SumError& e, const TermTotals& t, const Claims& claims) {
  const Format &acc = claims.accumulator, &inner = claims.intermediate;
  const double n = static_cast<double>(t.n);
  double eta = enters_narrower(claims) ? n * half_subnormal(acc) : 0;
  if (t.products && t.grid < smallest_grid(inner)) eta += n * half_subnormal(inner);
  e.d = add(e.d, eta), e.s = hypot(e.s, eta);
  if (!claims.flushes_subnormals || (t.on_grid && t.grid >= std::max(acc.emin, inner.emin))) return;
  const double flush = add(n * smallest_normal(acc), t.products ? n * smallest_normal(inner) : 0);
  e.d = add(e.d, flush), e.b = add(e.b, flush);
}

}  // namespace

SumError sum_error(const TermTotals& t, const Claims& claims, const std::vector<double>* terms) {
  SumError e;
  if (never_rounds(t, claims)) return e.exact = true, e;
  const Format& acc = claims.accumulator;
  const double u = unit_roundoff(acc), u_product = t.products ? unit_roundoff(claims.intermediate) : 0;
  const double terms_d = add(t.d, mul(u_product, t.magnitude)), m = add(t.magnitude, mul(u_product, t.magnitude));
  e.d = mul(growth(t, claims), m);
  if (claims.order == Order::left && !enters_narrower(claims)) {
    const double more = add(1.0, image::expm1_up(static_cast<double>(t.n) * u));
    const double left = add(mul(add(more, -1.0), terms_d), mul(mul(more, u), partial_magnitudes(t)));
    e.d = std::min(e.d, left);
  }
  e.d = add(e.d, terms_d);
  const double additions = t.n > 1 || enters_narrower(claims) ? mul(u, root(energy(t, claims, terms))) : 0;
  const double products = add(root(t.fresh), mul(u_product, root(t.squares)));
  e.s = add(t.s, hypot(additions, products)), e.b = t.b;
  add_underflow(e, t, claims);
  const double most = largest(acc), positive = (t.magnitude + t.sum) / 2, negative = (t.magnitude - t.sum) / 2;
  e.up = !(positive + e.d <= most), e.down = !(negative + e.d <= most);
  return e;
}

}  // namespace plumbline::spec
