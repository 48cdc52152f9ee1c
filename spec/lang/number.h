// The number concept: what a type must offer so that the definitions of the ops can be read over it.
#pragma once

#include <concepts>
#include <optional>
#include <utility>

#include "spec/lang/floats.h"
#include "spec/lang/shape.h"
#include "spec/lang/truth.h"

namespace plumbline::spec {

// Literals are exact reals: N(i), N(a). `ratio(x, p, q)` is p/q and `pi(x)` is π, in the precision and under the
// claims of x. `real(x, a)` is the real number a, which an implementation first rounds to its format.
// `ramp(x)` is max(x, 0) with derivative 0 at 0; `maximum` and `minimum` split the derivative ½ : ½ at ties and
// return NaN where one operand is. An undecided comparison keeps both branches of `select`.
// `floor` and `round_even` (ties to even) are steps with derivative 0; undecided steps are hulled. `computed_as(e, a)`
// is the real number e, for which an implementation computes a: a polynomial in place of a function.
// `to_index` is the integer that x is, if it certainly is one.
template <class N>
concept Number = std::copyable<N> && requires(const N& x, Truth t, Index i, double a) {
  N(i);
  N(a);
  { x + x } -> std::convertible_to<N>;
  { x - x } -> std::convertible_to<N>;
  { x * x } -> std::convertible_to<N>;
  { x / x } -> std::convertible_to<N>;
  { -x } -> std::convertible_to<N>;
  { abs(x) } -> std::convertible_to<N>;
  { ramp(x) } -> std::convertible_to<N>;
  { maximum(x, x) } -> std::convertible_to<N>;
  { minimum(x, x) } -> std::convertible_to<N>;
  { sqrt(x) } -> std::convertible_to<N>;
  { cbrt(x) } -> std::convertible_to<N>;
  { exp(x) } -> std::convertible_to<N>;
  { exp2(x) } -> std::convertible_to<N>;
  { expm1(x) } -> std::convertible_to<N>;
  { log(x) } -> std::convertible_to<N>;
  { log2(x) } -> std::convertible_to<N>;
  { log1p(x) } -> std::convertible_to<N>;
  { sin(x) } -> std::convertible_to<N>;
  { cos(x) } -> std::convertible_to<N>;
  { atan(x) } -> std::convertible_to<N>;
  { tanh(x) } -> std::convertible_to<N>;
  { erf(x) } -> std::convertible_to<N>;
  { erfc(x) } -> std::convertible_to<N>;
  { pow(x, x) } -> std::convertible_to<N>;
  { floor(x) } -> std::convertible_to<N>;
  { round_even(x) } -> std::convertible_to<N>;
  { computed_as(x, x) } -> std::convertible_to<N>;
  { ratio(x, i, i) } -> std::convertible_to<N>;
  { real(x, a) } -> std::convertible_to<N>;
  { pi(x) } -> std::convertible_to<N>;
  { less(x, x) } -> std::same_as<Truth>;
  { equal(x, x) } -> std::same_as<Truth>;
  { select(t, x, x) } -> std::convertible_to<N>;
  { to_index(x) } -> std::same_as<std::optional<Index>>;
};

// Σ_{k<n} term(k), and 0 for n = 0. A number type that cares about the order of summation specialises it.
template <class N>
struct Summation {
  template <class Term>
  static N sum(Index n, Term&& term) {
    if (n == 0) return N(Index{0});
    N total = term(Index{0});
    for (Index k = 1; k < n; ++k) total = total + term(k);
    return total;
  }
};

template <class N, class Term>
N sum(Index n, Term&& term) {
  return Summation<N>::sum(n, std::forward<Term>(term));
}

// max_{k<n} term(k), n ≥ 1; the derivative is split evenly among ties. A number type that carries a derivative
// specialises it: a fold would halve it at each tie.
template <class N>
struct Greatest {
  template <class Term>
  static N of(Index n, Term&& term) {
    N best = term(Index{0});
    for (Index k = 1; k < n; ++k) best = maximum(best, term(k));
    return best;
  }
};

template <class N, class Term>
N max_of(Index n, Term&& term) {
  return Greatest<N>::of(n, std::forward<Term>(term));
}

// Whether x is certainly NaN, or certainly infinite. Only a type with such values overloads them.
template <class N>
  requires(!std::floating_point<N>)
Truth is_nan(const N&) {
  return Tri::no;
}
template <class N>
  requires(!std::floating_point<N>)
Truth is_infinite(const N&) {
  return Tri::no;
}

// 1 where true, 0 where false.
template <class N>
N indicator(Truth t) {
  return select(t, N(Index{1}), N(Index{0}));
}

template <class N>
N square(const N& x) {
  return x * x;
}

// x with derivative 0. A number type that carries a derivative overloads it.
template <class N>
N detached(const N& x) {
  return x;
}

// x − y ⌊x/y⌋, which has the sign of y. Implementations compute it with one rounding [remainder B1].
template <class N>
  requires(!std::floating_point<N>)
N floored_remainder(const N& x, const N& y) {
  return x - y * floor(x / y);
}

}  // namespace plumbline::spec
