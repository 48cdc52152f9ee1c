// Dual<N>: x + ẋ ε with ε² = 0, the exact forward derivative of a definition.
#pragma once

#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "spec/lang/number.h"
#include "spec/lang/numbers.h"

namespace plumbline::spec {

// The rules are those of the school book [dual B1], the functions' in a form that stays accurate [dual B2].
// Comparisons look at values only. At kinks: abs′(0) = 0, ramp′(0) = 0, maximum and minimum split ties ½ : ½,
// sqrt′(0) is a pole. A slope that is certainly zero stays zero, whatever it is multiplied with.
template <class N>
struct Dual {
  N value, slope;

  Dual() : Dual(Index{0}) {}
  explicit Dual(Index a) : value(a), slope(Index{0}) {}
  explicit Dual(int a) : Dual(Index{a}) {}
  explicit Dual(double a) : value(a), slope(Index{0}) {}
  Dual(N v, N s) : value(std::move(v)), slope(std::move(s)) {}
};

namespace slopes {

template <class N>
bool is_zero(const N& dx) {
  return equal(dx, N(Index{0})).exact == Tri::yes;
}

// dx · factor(), where the factor is not computed for dx = 0.
template <class N, class Factor>
N scaled(const N& dx, Factor&& factor) {
  return is_zero(dx) ? dx : dx * factor();
}

// dx / divisor().
template <class N, class Divisor>
N divided(const N& dx, Divisor&& divisor) {
  return is_zero(dx) ? dx : dx / divisor();
}

template <class N>
N plus(const N& dx, const N& dy) {
  return is_zero(dx) ? dy : is_zero(dy) ? dx : dx + dy;
}

// The slope at a kink; NaN where the value is.
template <class N>
Dual<N> at_kink(N value, N slope) {
  const bool is_nan = equal(value, value).exact == Tri::no;
  return is_nan ? Dual<N>(value, value) : Dual<N>(std::move(value), std::move(slope));
}

}  // namespace slopes

template <class N>
Dual<N> operator+(const Dual<N>& x, const Dual<N>& y) {
  return {x.value + y.value, slopes::plus(x.slope, y.slope)};
}
template <class N>
Dual<N> operator-(const Dual<N>& x) {
  return {-x.value, -x.slope};
}
template <class N>
Dual<N> operator-(const Dual<N>& x, const Dual<N>& y) {
  return {x.value - y.value, slopes::is_zero(y.slope) ? x.slope : x.slope - y.slope};
}
template <class N>
Dual<N> operator*(const Dual<N>& x, const Dual<N>& y) {
  return {x.value * y.value, slopes::plus(slopes::scaled(x.slope, [&] { return y.value; }),
                                          slopes::scaled(y.slope, [&] { return x.value; }))};
}
// (x/y)′ = (ẋ − (x/y) ẏ)/y
template <class N>
Dual<N> operator/(const Dual<N>& x, const Dual<N>& y) {
  N q = x.value / y.value;
  const N top = slopes::is_zero(y.slope) ? x.slope : x.slope - q * y.slope;
  N slope = slopes::divided(top, [&] { return y.value; });
  return {std::move(q), std::move(slope)};
}

template <class N>
Dual<N> abs(const Dual<N>& x) {
  const N zero(Index{0});
  return slopes::at_kink<N>(abs(x.value), select(less(zero, x.value), x.slope,
                                                 select(less(x.value, zero), N(-x.slope), zero)));
}
template <class N>
Dual<N> ramp(const Dual<N>& x) {
  const N zero(Index{0});
  return slopes::at_kink<N>(ramp(x.value), select(less(zero, x.value), x.slope, zero));
}
template <class N>
Dual<N> maximum(const Dual<N>& x, const Dual<N>& y) {
  const N tie = N(0.5) * slopes::plus(x.slope, y.slope);
  return slopes::at_kink<N>(maximum(x.value, y.value), select(less(y.value, x.value), x.slope,
                                                              select(less(x.value, y.value), y.slope, tie)));
}
template <class N>
Dual<N> minimum(const Dual<N>& x, const Dual<N>& y) {
  const N tie = N(0.5) * slopes::plus(x.slope, y.slope);
  return slopes::at_kink<N>(minimum(x.value, y.value), select(less(x.value, y.value), x.slope,
                                                              select(less(y.value, x.value), y.slope, tie)));
}

// ẋ/(2√x)
template <class N>
Dual<N> sqrt(const Dual<N>& x) {
  N root = sqrt(x.value);
  N slope = slopes::divided(x.slope, [&] { return root + root; });
  return {std::move(root), std::move(slope)};
}
// ẋ/(3 ∛x²)
template <class N>
Dual<N> cbrt(const Dual<N>& x) {
  N root = cbrt(x.value);
  N slope = slopes::divided(x.slope, [&] { return N(Index{3}) * square(root); });
  return {std::move(root), std::move(slope)};
}
template <class N>
Dual<N> exp(const Dual<N>& x) {
  N e = exp(x.value);
  N slope = slopes::scaled(x.slope, [&] { return e; });
  return {std::move(e), std::move(slope)};
}
template <class N>
Dual<N> exp2(const Dual<N>& x) {
  N e = exp2(x.value);
  N slope = slopes::scaled(x.slope, [&] { return e * log(real(x.value, 2)); });
  return {std::move(e), std::move(slope)};
}
template <class N>
Dual<N> expm1(const Dual<N>& x) {
  return {expm1(x.value), slopes::scaled(x.slope, [&] { return exp(x.value); })};
}
template <class N>
Dual<N> log(const Dual<N>& x) {
  return {log(x.value), slopes::divided(x.slope, [&] { return x.value; })};
}
template <class N>
Dual<N> log2(const Dual<N>& x) {
  return {log2(x.value), slopes::divided(x.slope, [&] { return x.value * log(real(x.value, 2)); })};
}
template <class N>
Dual<N> log1p(const Dual<N>& x) {
  return {log1p(x.value), slopes::divided(x.slope, [&] { return N(Index{1}) + x.value; })};
}
template <class N>
Dual<N> sin(const Dual<N>& x) {
  return {sin(x.value), slopes::scaled(x.slope, [&] { return cos(x.value); })};
}
template <class N>
Dual<N> cos(const Dual<N>& x) {
  return {cos(x.value), slopes::scaled(x.slope, [&] { return -sin(x.value); })};
}
template <class N>
Dual<N> atan(const Dual<N>& x) {
  return {atan(x.value), slopes::divided(x.slope, [&] { return N(Index{1}) + square(x.value); })};
}
// tanh′ = 1/cosh² = 4e/(1 + e)² with e = exp(−2|x|), which keeps its relative accuracy far out.
template <class N>
Dual<N> tanh(const Dual<N>& x) {
  return {tanh(x.value), slopes::scaled(x.slope, [&] {
            const N e = exp(N(Index{-2}) * abs(x.value));
            return N(Index{4}) * e / square(N(Index{1}) + e);
          })};
}
// erf′ = 2/√π · exp(−x²)
template <class N>
Dual<N> erf(const Dual<N>& x) {
  return {erf(x.value), slopes::scaled(x.slope, [&] {
            return N(Index{2}) * exp(-square(x.value)) / sqrt(pi(x.value));
          })};
}
template <class N>
Dual<N> erfc(const Dual<N>& x) {
  return {erfc(x.value), slopes::scaled(x.slope, [&] {
            return N(Index{-2}) * exp(-square(x.value)) / sqrt(pi(x.value));
          })};
}
// y x^(y−1) ẋ + x^y log(x) ẏ; the second term is 0 at x = 0 ≤ y.
template <class N>
Dual<N> pow(const Dual<N>& x, const Dual<N>& y) {
  N power = pow(x.value, y.value);
  const N zero(Index{0});
  const N along_x = slopes::scaled(x.slope, [&] {
    return slopes::scaled(y.value, [&] { return pow(x.value, y.value - N(Index{1})); });
  });
  const N along_y = slopes::scaled(y.slope, [&] {
    const Truth from_zero = less(zero, y.value) | equal(zero, y.value);
    return select(equal(x.value, zero) & from_zero, zero, power * log(x.value));
  });
  return {std::move(power), slopes::plus(along_x, along_y)};
}

template <class N>
Dual<N> detached(const Dual<N>& x) {
  return slopes::at_kink<N>(x.value, N(Index{0}));
}
// Steps: 0 everywhere, as at the kinks.
template <class N>
Dual<N> floor(const Dual<N>& x) {
  return slopes::at_kink<N>(floor(x.value), N(Index{0}));
}
template <class N>
Dual<N> round_even(const Dual<N>& x) {
  return slopes::at_kink<N>(round_even(x.value), N(Index{0}));
}
template <class N>
Dual<N> computed_as(const Dual<N>& exact, const Dual<N>&) {
  return exact;
}

template <class N>
Dual<N> ratio(const Dual<N>& x, Index p, Index q) {
  return {ratio(x.value, p, q), N(Index{0})};
}
template <class N>
Dual<N> real(const Dual<N>& x, double a) {
  return {real(x.value, a), N(Index{0})};
}
template <class N>
Dual<N> pi(const Dual<N>& x) {
  return {pi(x.value), N(Index{0})};
}

template <class N>
Truth less(const Dual<N>& x, const Dual<N>& y) {
  return less(x.value, y.value);
}
template <class N>
Truth equal(const Dual<N>& x, const Dual<N>& y) {
  return equal(x.value, y.value);
}
template <class N>
Truth is_nan(const Dual<N>& x) {
  return is_nan(x.value);
}
template <class N>
Truth is_infinite(const Dual<N>& x) {
  return is_infinite(x.value);
}
template <class N>
Dual<N> select(Truth t, const Dual<N>& x, const Dual<N>& y) {
  return {select(t, x.value, y.value), select(t, x.slope, y.slope)};
}
template <class N>
std::optional<Index> to_index(const Dual<N>& x) {
  return to_index(x.value);
}
template <class N>
std::ostream& operator<<(std::ostream& out, const Dual<N>& x) {
  return out << x.value << " + " << x.slope << " eps";
}

// max_k x_k: the slope is the mean of the slopes of the winners. Where it is unknown who wins, it is the hull of the
// slopes of those who may, which holds the mean of any of them.
template <class N>
struct Greatest<Dual<N>> {
  template <class Term>
  static Dual<N> of(Index n, Term&& term) {
    std::vector<Dual<N>> terms;
    for (Index k = 0; k < n; ++k) terms.push_back(term(k));
    return among(terms);
  }
  static Dual<N> among(const std::vector<Dual<N>>& terms);
};

template <class N>
Dual<N> Greatest<Dual<N>>::among(const std::vector<Dual<N>>& terms) {
  const auto n = static_cast<Index>(terms.size());
  N best = max_of<N>(n, [&](Index k) { return terms[static_cast<std::size_t>(k)].value; });
  bool decided = true;
  std::vector<N> winning;
  for (const auto& x : terms) {
    const Tri wins = equal(x.value, best).exact;
    decided = decided && wins != Tri::unknown;
    if (wins != Tri::no) winning.push_back(x.slope);
  }
  if (winning.empty()) return Dual<N>(best, best);
  N slope = winning[0];
  for (std::size_t k = 1; k < winning.size(); ++k)
    slope = decided ? slopes::plus(slope, winning[k]) : select(Tri::unknown, slope, winning[k]);
  const auto winners = static_cast<Index>(winning.size());
  if (decided && winners > 1) slope = ratio(best, 1, winners) * slope;
  return slopes::at_kink<N>(std::move(best), std::move(slope));
}

}  // namespace plumbline::spec
