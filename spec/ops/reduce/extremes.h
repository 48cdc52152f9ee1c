// What minima and the places of extremes share: min x = −max(−x); the first of the largest; NaN is the largest.
#pragma once

#include "spec/ops/arithmetic/neg.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

// min_{k<n} term(k), n ≥ 1; the derivative is split evenly among ties.
template <Number N, class Term>
N min_of(Index n, Term&& term) {
  return -max_of<N>(n, [&](Index k) { return N(-term(k)); });
}

// The place of the first of the largest of n ≥ 1 terms; the first NaN, where there is one.
template <Number N, class Term>
N first_largest(Index n, Term&& term) {
  N best = term(Index{0}), at(Index{0});
  for (Index k = 1; k < n; ++k) {
    const N x = term(k);
    at = select(less(best, x) | (is_nan(x) & !is_nan(best)), N(k), at);
    best = maximum(best, x);
  }
  return at;
}

// Whether `got` is the place of one of the largest of n terms, or of a NaN where there is one.
template <class Term>
bool is_place_of_largest(Index n, Term&& term, double got) {
  const std::optional<Index> at = to_index(got);
  if (!at || *at < 0 || *at >= n) return false;
  const double top = max_of<double>(n, term), there = term(*at);
  return there == top || (std::isnan(there) && std::isnan(top));
}

// What argmax and argmin share. `axes` is a set; the place is counted in row-major order over it. Sign −1: of −x.
template <class O, Number N>
Tensor<N> places_of_largest(const O& op, const Tensor<N>& x, bool negated) {
  return reduce(op, x, [&](Index n, auto&& term) {
    return first_largest<N>(n, [&](Index k) -> N { return negated ? N(-term(k)) : N(term(k)); });
  });
}

template <class O>
std::vector<Tri> places_among_ties(const O& op, const Tensor<double>& x, const Tensor<double>& got, bool negated) {
  Index i = 0;
  const Tensor<double> right = reduce(op, x, [&](Index n, auto&& term) {
    const auto signed_term = [&](Index k) { return negated ? -term(k) : term(k); };
    return is_place_of_largest(n, signed_term, got[i++]) ? 1.0 : 0.0;
  });
  std::vector<Tri> out;
  for (double r : right.elements()) out.push_back(tri(r == 1));
  return out;
}

}  // namespace plumbline::spec
