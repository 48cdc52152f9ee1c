// Scalars of a layer or a step (lr, β, 1 − β^t): exact reals, rounded once when they meet the elements.
#pragma once

#include "spec/lang/number.h"
#include "spec/num/rounded.h"

namespace plumbline::spec {

// The real number a, at the precision of `like`, still free of its format.
template <Number N>
N scalar(const N& like, double a) {
  return real(like, a);
}
template <class C>
Rounded<C> scalar(const Rounded<C>& like, double a) {
  return Rounded<C>(real(like.exact, a), nullptr);
}

// Scalars are computed in binary64, each within this fraction of its value, before they are rounded [optim B1].
inline constexpr double scalar_error = 0x1p-40;

// A scalar as the elementwise arithmetic uses it; one that the format holds is exact.
template <Number N>
N coefficient(const N& /*like*/, const N& a) {
  return a;
}
template <class C>
Rounded<C> coefficient(const Rounded<C>& like, const Rounded<C>& a) {
  if (known(a.exact) != Known::value || like.claims == nullptr) return a;
  const Format& f = like.claims->intermediate;
  if (const auto value = single(a.exact); value && representable(*value, f)) return Rounded<C>(a.exact, like.claims);
  const double m = a.magnitude(), own = upward::mul(scalar_error, m);
  const double d = upward::add(own, roundoff(f, upward::add(m, own)));
  return Rounded<C>::given(a.exact, d, d, 0, *like.claims);
}

}  // namespace plumbline::spec
