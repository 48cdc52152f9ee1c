// The bound on a sum from the totals of its terms.
#include "spec/num/rounded_sum.h"

#include "spec/num/image.h"

namespace plumbline::spec {

using upward::add, upward::hypot, upward::mul, upward::power_of_two, upward::root;

namespace {

// What the partial sums of the centres, added in double, may lack in all: n partial sums of at most n terms.
double partial_slack(const TermTotals& t) {
  const double n = static_cast<double>(t.n);
  return mul(n, add(mul(n * 0x1p-52, t.magnitude), t.radius));
}

// (1 + u)^n − 1
double compounded(double n, double u) { return image::expm1_up(mul(n, u)); }

// A left fold, whose partial sums are known: d = (1 + u)^n (Σd_k + uΣ|S_k|) − Σd_k, with (Σ|S_k|)² ≤ n ΣS_k² [sum B3].
double left_fold(const TermTotals& t, double terms_d, double u) {
  const double n = static_cast<double>(t.n), partials = add(root(mul(n, t.partial_squares)), partial_slack(t));
  const double more = compounded(n, u);
  return add(mul(more, terms_d), mul(mul(add(1.0, more), u), partials));
}

// Left folds of the lanes, then a tree of which only the depth is known [sum B4].
double lane_folds(const TermTotals& t, double terms_d, double u, std::span<const double> terms, Index lanes) {
  const Index k = std::min(lanes, t.n);
  const LaneMagnitudes m = lane_magnitudes(terms, static_cast<std::size_t>(k));
  const double slack = partial_slack(t), more = compounded(static_cast<double>((t.n - 1) / k + 1), u);
  const double folds = add(mul(more, terms_d), mul(mul(add(1.0, more), u), add(m.partials, slack)));
  const double tree = compounded(static_cast<double>(ceil_log2(k)), u);
  return add(folds, mul(tree, add(m.totals, slack, add(terms_d, folds))));
}

// The energy Σ S_k² that the additions of an order unrelated to the values have, at least that of the natural order
// forwards and backwards [tier B2]; a left fold that is never cut has its own.
double energy(const TermTotals& t, const Claims& claims, std::span<const double> terms) {
  const double n = static_cast<double>(t.n), backwards = n * t.sum * t.sum - 2 * t.sum * t.partials + t.partial_squares;
  double e = t.partial_squares;
  if (claims.order != Order::left || claims.cuts(t.n))
    e = std::max({e, backwards, (n + 1) * (t.squares / 6 + t.sum / 3 * t.sum)});
  if (claims.lane_energies) e = std::max(e, worst_energy(terms));
  return e * (1 + 0x1p-40);
}

// Terms below a few ulps of the partial sums are not rounded at random: what is lost of them depends on their size, and
// may have one sign throughout. Each loses at most itself or half an ulp; Σ|t| bounds the partial sums [tier B6].
double absorbed(std::span<const double> terms, double u, double magnitude) {
  constexpr double few_ulps = 16;  // halves: beyond 8 ulps the fraction that is cut off is spread evenly
  const double half_ulp = mul(u, magnitude);
  double b = 0;
  for (double x : terms)
    if (std::abs(x) < few_ulps * half_ulp) b = add(b, std::min(std::abs(x), half_ulp));
  return b;
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

// Are terms rounded once more when they enter the accumulator?
bool enters_narrower(const Claims& claims) {
  return !contained(claims.intermediate, claims.accumulator) || !contained(claims.operands, claims.accumulator);
}

// The growth of a tree of depth h, (1 + u)^h − 1 [sum B2]; in any order at most (n − 1)u where every summand is a value
// of the accumulator's format, and no product is fused in [sum B1].
double growth(const TermTotals& t, const Claims& claims) {
  const Format& acc = claims.accumulator;
  const bool narrower = enters_narrower(claims);
  const double depth = static_cast<double>(claims.depth(t.n) + (narrower ? 1 : 0)), u = unit_roundoff(acc);
  const double tree = compounded(depth, u);
  const bool fused = claims.fma && (t.products || t.fresh > 0);
  return narrower || fused ? tree : std::min(tree, static_cast<double>(t.n - 1) * u);
}

// What subnormal results and flushing add, over all products and additions [sum B5].
void add_underflow(SumError& e, const TermTotals& t, const Claims& claims) {
  const Format &acc = claims.accumulator, &inner = claims.intermediate;
  const double n = static_cast<double>(t.n), later = add(1.0, compounded(n, unit_roundoff(acc)));
  double eta = enters_narrower(claims) ? n * half_subnormal(acc) : 0;
  if (t.products && t.grid < smallest_grid(inner)) eta += n * half_subnormal(inner);
  e.d = add(e.d, mul(later, eta)), e.s = hypot(e.s, eta);
  if (!claims.flushes_subnormals || (t.on_grid && t.grid >= std::max(acc.emin, inner.emin))) return;
  const double flush = add(n * smallest_normal(acc), t.products ? n * smallest_normal(inner) : 0);
  e.d = add(e.d, mul(later, flush)), e.b = add(e.b, mul(later, flush));
}

}  // namespace

SumError sum_error(const TermTotals& t, const Claims& claims, std::span<const double> terms) {
  SumError e;
  if (never_rounds(t, claims)) return e.exact = true, e;
  const Format& acc = claims.accumulator;
  const double u = unit_roundoff(acc), u_product = t.products ? unit_roundoff(claims.intermediate) : 0;
  const double terms_d = add(t.d, mul(u_product, t.magnitude)), m = add(t.magnitude, mul(u_product, t.magnitude));
  e.d = mul(growth(t, claims), m);
  const bool partial_sums_known = !enters_narrower(claims) && !claims.cuts(t.n);
  if (claims.order == Order::left && partial_sums_known) e.d = std::min(e.d, left_fold(t, terms_d, u));
  if (claims.order == Order::lanes && partial_sums_known)
    e.d = std::min(e.d, lane_folds(t, terms_d, u, terms, claims.lanes));
  e.d = add(e.d, terms_d);
  const double additions = t.n > 1 || enters_narrower(claims) ? mul(u, root(energy(t, claims, terms))) : 0;
  const double products = add(root(t.fresh), mul(u_product, root(t.squares)));
  e.s = add(t.s, hypot(additions, products)), e.b = t.b;
  if (claims.lane_energies) e.b = add(e.b, absorbed(terms, u, t.magnitude));
  add_underflow(e, t, claims);
  const double most = largest(acc), positive = (t.magnitude + t.sum) / 2, negative = (t.magnitude - t.sum) / 2;
  e.up = !(positive + e.d <= most), e.down = !(negative + e.d <= most);
  return e;
}

}  // namespace plumbline::spec
