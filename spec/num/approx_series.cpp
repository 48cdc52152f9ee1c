// Tables at the nodes of a grid, Taylor's series from the nearest node, and logarithms by one step of Newton's.
#include "spec/num/approx_series.h"

#include <algorithm>
#include <array>

#include "spec/num/approx_mpfr.h"
#include "spec/num/elementary.h"

namespace plumbline::spec::series {

namespace {

constexpr double inverse_ln2 = 0x1.71547652b82fep+0;

// ln 2 = h + l + ε with |ε| < 2^-108
Approx ln2() { return Approx::within(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56, 0x1p-108); }

// x·2^k
Approx scaled(const Approx& x, int k) {
  if (k >= -1000 && k <= 1000 && std::abs(x.centre()) < 4 && std::abs(x.centre()) > 0.25) {
    const double f = upward::power_of_two(k);
    return Approx::within(x.centre() * f, x.tail() * f, x.error() * f + 2 * upward::tiny);
  }
  return Approx::within(std::ldexp(x.centre(), k), std::ldexp(x.tail(), k),
                        std::ldexp(x.error(), k) + 3 * upward::tiny);
}

// x + c for an exact c
Approx plus(double c, const Approx& x) { return Approx::exactly(c) + x; }

constexpr int halvings = 6, nodes_of_exp = 1 << halvings;

// (e^r − 1)/r for |r| ≤ ln 2/128: Σ r^n/(n + 1)!, to n = 5 in Approx, beyond to n = 10 in double.
Approx mean_slope(const Approx& r) {
  static const std::array<Approx, 7> reciprocal = [] {  // of n!
    std::array<Approx, 7> out;
    Index factorial = 1;
    for (Index n = 1; n < 7; ++n) factorial *= n, out[static_cast<std::size_t>(n)] = Approx(1.0) / Approx(factorial);
    return out;
  }();
  const double x = r.centre();
  double rest = 1.0 / 39916800;
  for (double c : {1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040}) rest = std::fma(rest, x, c);
  Approx sum = Approx::within(rest, rest * 0x1p-50);
  for (std::size_t n = 6; n >= 1; --n) sum = reciprocal[n] + r * sum;
  return sum;
}

// x = k ln2/64 + r
struct Reduced {
  int k;
  Approx r;
};
Reduced reduced(const Approx& x) {
  const double k = std::floor(x.centre() * (inverse_ln2 * nodes_of_exp) + 0.5);
  return {static_cast<int>(k), k == 0 ? x : x - Approx::exactly(k / nodes_of_exp) * ln2()};
}

// 2^(j/64), by square roots.
const std::array<Approx, nodes_of_exp>& powers() {
  static const std::array<Approx, nodes_of_exp> table = [] {
    std::array<Approx, nodes_of_exp> out;
    std::array<Approx, halvings + 1> root{Approx(2.0)};
    for (std::size_t i = 1; i <= halvings; ++i) root[i] = sqrt(root[i - 1]);
    for (std::size_t j = 0; j < nodes_of_exp; ++j) {
      out[j] = Approx(1.0);
      for (std::size_t i = 1; i <= halvings; ++i)
        if (j >> (halvings - i) & 1) out[j] = out[j] * root[i];
    }
    return out;
  }();
  return table;
}

// log(1 + t) = t − t²/2 ± |t|³ for |t| ≤ 1/2
Approx log1p_of_small(const Approx& t) {
  const double most = std::max(std::abs(lower(t)), std::abs(upper(t)));
  if (!(most <= 0.5)) return Approx::in(Known::nothing);
  const Approx square = t * t, y = t - Approx::exactly(0.5) * square;
  return y + Approx::within(0, upward::mul(most, upward::mul(most, most)));
}

}  // namespace

Approx exp(const Approx& x) {
  const auto [k, r] = reduced(x);
  const Approx& node = powers()[static_cast<std::size_t>(k & (nodes_of_exp - 1))];
  return scaled(node + node * (r * mean_slope(r)), k >> halvings);
}

Approx expm1(const Approx& x) {
  const auto [k, r] = reduced(x);
  return k == 0 ? r * mean_slope(r) : plus(-1, series::exp(x));
}

// With any y near log m: log m = y + log1p(m e^−y − 1).
Approx log(const Approx& x) {
  int k = 0;
  double m = std::frexp(x.centre(), &k);
  if (m < 0x1.6a09e667f3bcdp-1) --k;
  const Approx near_one = Approx::within(std::ldexp(x.centre(), -k), std::ldexp(x.tail(), -k),
                                         x.tail() == 0 ? 0 : upward::tiny);
  const double y = elementary::log(near_one.centre());
  const Approx t = plus(-1, near_one) + near_one * series::expm1(Approx::exactly(-y));
  const Approx log_m = plus(y, log1p_of_small(t));
  return k == 0 ? log_m : Approx::exactly(k) * ln2() + log_m;
}

Approx log1p(const Approx& x) {
  const double y = elementary::log1p(x.centre());
  return plus(y, log1p_of_small(x + plus(1, x) * series::expm1(Approx::exactly(-y))));
}

// tanh|x| = −t/(2 + t) with t = e^(−2|x|) − 1
Approx tanh(const Approx& x) {
  const double twice = x.centre() < 0 ? 2 : -2;  // exact
  const Approx t = series::expm1(Approx::within(twice * x.centre(), twice * x.tail(), 0)), y = t / plus(2, t);
  return x.centre() < 0 ? y : -y;
}

namespace {

constexpr int nodes_per_unit = 8, nodes_of_erf = static_cast<int>(erf_range) * nodes_per_unit + 1;
constexpr std::size_t terms_of_erf = 28, precise_terms = 14;  // beyond the precise ones, double is enough

// Of one node x₀: erf, erfc, and a_n with erf(x₀ + h) = erf(x₀) + h Σ a_n h^n.
struct Node {
  Approx erf, erfc;
  std::array<Approx, precise_terms> slope;
  std::array<double, terms_of_erf - precise_terms> rest{};
  double rest_error = 0;  // of the sum of the rest, for |h| ≤ 1/16
};

// b_n of (2/√π) e^−(x₀ + h)² = Σ b_n h^n: (n + 1) b_(n+1) = −2 x₀ b_n − 2 b_(n−1); a_n = b_n/(n + 1).
Node node_at(double x) {
  Node node;
  node.erf = by_mpfr(mpfr_erf, Approx(x)), node.erfc = by_mpfr(mpfr_erfc, Approx(x));
  Approx before(0.0), b = Approx(2.0) / sqrt(pi(Approx())) * series::exp(Approx(-x * x));
  for (std::size_t n = 0; n < terms_of_erf; ++n) {
    const Approx count(static_cast<int>(n + 1)), a = b / count;
    if (n < precise_terms) {
      node.slope[n] = a;
    } else {
      const std::size_t k = n - precise_terms;
      node.rest[k] = a.centre();
      const double most = upward::add(std::abs(a.centre()), a.radius());
      node.rest_error = upward::add(node.rest_error, most * 0x1p-48 * std::ldexp(1.0, -4 * static_cast<int>(k)));
    }
    const Approx next = (Approx(-2 * x) * b - Approx(2.0) * before) / count;
    before = b, b = next;
  }
  return node;
}

const Node& node(double x) {
  static const std::array<Node, nodes_of_erf> nodes = [] {
    std::array<Node, nodes_of_erf> out;
    for (std::size_t j = 0; j < nodes_of_erf; ++j) out[j] = node_at(static_cast<double>(j) / nodes_per_unit);
    return out;
  }();
  return nodes[static_cast<std::size_t>(x * nodes_per_unit + 0.5)];
}

// erf(x₀ + h) − erf(x₀), for x ≥ 0 and its nearest node x₀.
Approx beyond_node(const Node& near, const Approx& x) {
  const double x0 = std::floor(x.centre() * nodes_per_unit + 0.5) / nodes_per_unit;
  const Approx h = plus(-x0, x);
  double rest = 0;
  for (std::size_t k = near.rest.size(); k-- > 0;) rest = std::fma(rest, h.centre(), near.rest[k]);
  Approx sum = Approx::within(rest, near.rest_error);
  for (std::size_t n = precise_terms; n-- > 0;) sum = near.slope[n] + h * sum;
  return h * (sum + Approx::within(0, 0x1p-145));  // what is left out
}

}  // namespace

Approx erf(const Approx& x) {
  if (x.centre() < 0) return -series::erf(-x);
  const Node& near = node(x.centre());
  return near.erf + beyond_node(near, x);
}

Approx erfc(const Approx& x) {
  if (x.centre() < 0) return plus(1, series::erf(-x));
  const Node& near = node(x.centre());
  return near.erfc - beyond_node(near, x);
}

}  // namespace plumbline::spec::series
