// Sums of Rounded numbers: any order, a claimed tree, left folds, exact grids, and what independent roundings give.
#pragma once

#include <span>
#include <vector>

#include "spec/num/partial_sums.h"
#include "spec/num/rounded.h"
#include "spec/num/term_totals.h"

namespace plumbline::spec {

// The bound on a sum, from its totals and the claims.
struct SumError {
  double d = 0, s = 0, b = 0;
  bool exact = false;             // on the grid: no order rounds
  bool up = false, down = false;  // partial sums may overflow
};
// `terms` are the centres of all terms, where needs_terms.
SumError sum_error(const TermTotals& totals, const Claims& claims, std::span<const double> terms);
inline bool needs_terms(const Claims& claims) { return claims.lane_energies || claims.order == Order::lanes; }

template <class C>
struct Summation<Rounded<C>> {
  using R = Rounded<C>;

  template <class Term>
  static R sum(Index n, Term&& term) {
    if (n == 0) return R(Index{0});
    if constexpr (std::same_as<C, Approx>) {
      TermTotals totals;
      const Claims* claims = nullptr;
      if (fast(n, term, totals, claims)) return closed(n, term, totals, claims);
    }
    return careful(n, term);
  }

 private:
  static constexpr std::uint32_t error_free = R::short_leaf | R::product;
  static_assert(R::short_leaf == TermBlock::leaf && R::product == TermBlock::product);

  // Error-free terms that are exact in double, block by block; false at the first block that holds another [sum B6].
  // Filling and adding are separate loops so that the sums stay in registers.
  template <class Term>
  static bool fast(Index n, Term&& term, TermTotals& out, const Claims*& claims) {
    const R first = term(Index{0});
    if ((first.flags & error_free) == 0) return false;
    claims = first.claims;
    RunningTotals totals;
    for (Index start = 0; start < n; start += TermBlock::size) {
      TermBlock block;
      block.n = std::min<Index>(TermBlock::size, n - start);
      for (Index k = 0; k < block.n; ++k) {
        const R& t = term(start + k);
        block.value[k] = t.exact.centre();
        block.grid[k] = t.grid;
        block.kind[k] = static_cast<std::int32_t>(t.flags & error_free);
      }
      if (!totals.add(block)) return false;
    }
    return totals.finish(n, out);
  }

  template <class Term>
  static R closed(Index n, Term&& term, const TermTotals& totals, const Claims* claims) {
    std::vector<double> terms;
    if (needs_terms(*claims)) {
      terms.reserve(static_cast<std::size_t>(n));
      for (Index k = 0; k < n; ++k) terms.push_back(R(term(k)).exact.centre());
    }
    const bool exact = totals.magnitude <= upward::power_of_two(totals.grid + 53);
    const double radius = exact ? 0 : upward::mul(totals.magnitude, static_cast<double>(n) * 0x1p-53);
    return bounded(C(Approx::within(totals.sum, radius)), totals, *claims, terms);
  }

  // Term by term, with whatever error each brings.
  template <class Term>
  static R careful(Index n, Term&& term) {
    std::vector<R> terms;
    terms.reserve(static_cast<std::size_t>(n));
    for (Index k = 0; k < n; ++k) terms.push_back(term(k));
    return total(terms);
  }
  static R total(std::vector<R>& terms);
  static double middle(const R& t) { return t.is_value() ? t.lo() / 2 + t.hi() / 2 : 0; }
  static void collect(TermTotals& totals, const R& term);
  static R bounded(const C& exact, const TermTotals& totals, const Claims& claims, const std::vector<double>& terms);
};

template <class C>
Rounded<C> Summation<Rounded<C>>::total(std::vector<R>& terms) {
  TermTotals totals;
  totals.n = static_cast<Index>(terms.size());
  std::vector<double> centres;
  const Claims* claims = nullptr;
  for (const R& t : terms)
    if ((claims = t.claims) != nullptr) break;
  C exact{};
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const R& t = terms[k].ready(claims) ? terms[k] : terms[k] = terms[k].adopted(claims);
    exact = k == 0 ? t.exact : C(exact + t.exact);
    if (claims == nullptr) continue;
    collect(totals, t);
    if (needs_terms(*claims)) centres.push_back(middle(t));
  }
  if (claims == nullptr) return R(exact, nullptr);
  return bounded(exact, totals, *claims, centres);
}

template <class C>
void Summation<Rounded<C>>::collect(TermTotals& a, const R& t) {
  a.unreal = a.unreal || t.is_unreal();
  if (!t.is_value() || t.may_overflow() || !(t.d < upward::infinity)) {
    a.overflow = a.overflow || t.is_value() || t.d != 0;
    return;
  }
  const double x = middle(t), m = t.computed_magnitude();
  a.sum += x;
  a.radius = upward::add(a.radius, upward::sub(t.hi(), t.lo()));
  a.magnitude = upward::add(a.magnitude, m);
  a.squares = upward::add(a.squares, upward::mul(m, m));
  a.partials += a.sum;
  a.partial_squares = upward::add(a.partial_squares, upward::mul(std::abs(a.sum), std::abs(a.sum)));
  a.d = upward::add(a.d, t.d), a.s = upward::add(a.s, t.s), a.b = upward::add(a.b, t.b);
  if (t.flags & t.fresh) {
    const double r = roundoff(t.claims->intermediate, m);
    a.fresh = upward::add(a.fresh, upward::mul(r, r));
  }
  const auto value = single(t.exact);
  a.on_grid = a.on_grid && t.d == 0 && value;
  if (a.on_grid && *value != 0) a.grid = std::min(a.grid, grid_of(*value));
}

template <class C>
Rounded<C> Summation<Rounded<C>>::bounded(const C& exact, const TermTotals& totals, const Claims& claims,
                                          const std::vector<double>& terms) {
  if (known(exact) != Known::value) {
    R z = rounding::special(exact, &claims, !totals.overflow);
    if (known(exact) == Known::nothing && totals.unreal) z.flags = z.unreal;
    return z;
  }
  R z(exact, &claims);
  if (totals.overflow) return z.unjudge(), z;
  const SumError e = sum_error(totals, claims, terms);
  z.d = e.d, z.s = e.s, z.b = e.b;
  if (e.up) z.flags |= z.overflow_up;
  if (e.down) z.flags |= z.overflow_down;
  if (e.up && e.down) z.unjudge();
  if (!contained(claims.accumulator, claims.intermediate)) z.round_to(claims.intermediate);
  return z;
}

}  // namespace plumbline::spec
