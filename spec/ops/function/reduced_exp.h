// e^x = 2^k e^r with r = x − k ln 2, and e^r = 1 + r + r² q(r) for a polynomial q (Cody and Waite 1980)
#pragma once

#include <initializer_list>

#include "spec/ops/apply.h"

namespace plumbline::spec {

// c₀ xⁿ + c₁ xⁿ⁻¹ + … by Horner's scheme; the coefficients are numbers of binary32.
template <Number N>
N horner(const N& x, std::initializer_list<double> coefficients) {
  const double* c = coefficients.begin();
  N p(*c);
  while (++c != coefficients.end()) p = p * x + N(*c);
  return p;
}

// The approximation for one k: ln 2 in two parts, of which k times the first is exact, and the minimax q of degree 4.
template <Number N>
N exp_scaled_by(const N& x, const N& k) {
  const N r = (x - k * N(0x1.62e4p-1)) - k * N(0x1.7f7d1cp-20);
  const N q = horner<N>(r, {0x1.6a2434p-10, 0x1.1239e2p-7, 0x1.5558f2p-5, 0x1.555492p-3, 0x1.fffffcp-2});
  const N half = floor(k / N(Index{2}));
  return (N(Index{1}) + (r + r * r * q)) * exp2(half) * exp2(k - half);
}

// k is the integer nearest to x/ln 2. Where rounding may take the one or the other, both approximate the same number,
// and halfway between integers it is ⌊x/ln 2⌋ that is certain: a continuous condition tells which way to look.
template <Number N>
N reduced_exp(const N& x) {
  const N t = x * N(0x1.715476p+0), below = floor(t), one(Index{1});
  const N either = select(less(t - below, N(0.5)), exp_scaled_by<N>(x, below), exp_scaled_by<N>(x, below + one));
  const Truth halfway = less(cos(pi(x) * (t + t)), N(Index{0}));
  return select(halfway, either, exp_scaled_by<N>(x, round_even(t)));
}

}  // namespace plumbline::spec
