// Emulated: a float implementation that is correct within its claims and otherwise takes every freedom at random.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "spec/lang/claims.h"
#include "spec/lang/number.h"

namespace plumbline::spec {

using Generator = std::mt19937_64;

// The value of the format nearest to x, ties to even; beyond the largest it is infinite.
inline double nearest(double x, const Format& f) {
  if (x == 0 || !std::isfinite(x)) return x;
  const int exponent = std::max(std::ilogb(x), f.emin) - f.precision + 1;
  const double y = std::ldexp(std::nearbyint(std::ldexp(x, -exponent)), exponent);
  return std::abs(y) > f.largest() ? std::copysign(std::numeric_limits<double>::infinity(), x) : y;
}

// One run of a kernel: its claims, and the choices it makes within them. Formats have at most 24 bits, so that a double
// result rounded to the format is the correctly rounded one (Figueroa 1995).
struct Kernel {
  const Claims& claims;
  Generator& random;

  bool coin() { return random() % 2 == 0; }
  double flushed(double x, const Format& f) {
    return claims.flushes_subnormals && std::abs(x) < f.smallest_normal() && coin() ? 0.0 : x;
  }
  double rounded(double x, const Format& f) { return flushed(nearest(x, f), f); }
  double inner(double x) { return rounded(x, claims.intermediate); }
  double leaf(double x) { return rounded(x, claims.operands); }
  double handed_out(double x) { return rounded(x, claims.output); }
  // Any value within the claimed ulps of y, extremes preferred.
  double within_ulps(double y, double ulps) {
    if (!std::isfinite(y)) return y;
    const Format& f = claims.intermediate;
    if (ulps <= 0.5) return inner(y);
    const double ulp = std::ldexp(1.0, std::max(y == 0 ? f.emin : std::ilogb(y), f.emin) - f.precision + 1);
    const double most = (ulps - 0.5) * 0.999;
    const double shift = std::uniform_real_distribution<double>(-most, most)(random);
    const double z = inner(y + ulp * (random() % 4 == 0 ? std::copysign(most, shift) : shift));
    return std::abs(z - y) <= ulps * ulp || z == 0 ? z : inner(y);  // ulps grow towards the next power of two
  }
};

struct Emulated {
  double value = 0;
  double a = 0, b = 0;  // of a product: its factors, for a later fused multiply-add
  bool product = false;
  Kernel* kernel = nullptr;

  Emulated() = default;
  explicit Emulated(double x) : value(x) {}
  explicit Emulated(Index i) : value(static_cast<double>(i)) {}
  explicit Emulated(int i) : value(i) {}
  Emulated(double x, Kernel* k) : value(x), kernel(k) {}

  static Kernel* common(const Emulated& x, const Emulated& y) { return x.kernel != nullptr ? x.kernel : y.kernel; }
  // As an operand: literals are rounded first.
  double in(Kernel* k) const { return kernel == nullptr && k != nullptr ? k->inner(value) : value; }
  static Emulated make(double x, Kernel* k) { return {k != nullptr ? k->inner(x) : x, k}; }

  Emulated operator-() const {
    Emulated x = *this;
    x.value = -value, x.a = -a;
    return x;
  }
  friend Emulated operator+(const Emulated& x, const Emulated& y) {
    Kernel* k = common(x, y);
    if (k != nullptr && k->claims.fma && (x.product || y.product) && k->coin()) {
      const Emulated &p = x.product ? x : y, &other = x.product ? y : x;
      return make(std::fma(p.a, p.b, other.in(k)), k);
    }
    return make(x.in(k) + y.in(k), k);
  }
  friend Emulated operator-(const Emulated& x, const Emulated& y) { return x + -y; }
  friend Emulated operator*(const Emulated& x, const Emulated& y) {
    Kernel* k = common(x, y);
    Emulated z = make(x.in(k)*y.in(k), k);
    z.a = x.in(k), z.b = y.in(k), z.product = k != nullptr;
    return z;
  }
  friend Emulated operator/(const Emulated& x, const Emulated& y) {
    Kernel* k = common(x, y);
    return make(x.in(k) / y.in(k), k);
  }
};

// Exact where argument and value are 0 or 1.
inline Emulated claimed(const Emulated& x, Function f, double exact) {
  const auto plain = [](double v) { return v == 0 || v == 1; };
  const bool rounds = x.kernel != nullptr && !(plain(x.value) && plain(exact));
  return {rounds ? x.kernel->within_ulps(exact, x.kernel->claims.ulp(f)) : exact, x.kernel};
}
inline Emulated abs(const Emulated& x) { return {std::abs(x.value), x.kernel}; }
inline Emulated ramp(const Emulated& x) { return {ramp(x.value), x.kernel}; }
inline Emulated maximum(const Emulated& x, const Emulated& y) {
  Kernel* k = Emulated::common(x, y);
  return {maximum(x.in(k), y.in(k)), k};
}
inline Emulated minimum(const Emulated& x, const Emulated& y) { return -maximum(-x, -y); }
inline Emulated sqrt(const Emulated& x) { return claimed(x, Function::sqrt, std::sqrt(x.value)); }
inline Emulated exp(const Emulated& x) { return claimed(x, Function::exp, std::exp(x.value)); }
inline Emulated expm1(const Emulated& x) { return claimed(x, Function::expm1, std::expm1(x.value)); }
inline Emulated log(const Emulated& x) { return claimed(x, Function::log, std::log(x.value)); }
inline Emulated log1p(const Emulated& x) { return claimed(x, Function::log1p, std::log1p(x.value)); }
inline Emulated sin(const Emulated& x) { return claimed(x, Function::sin, std::sin(x.value)); }
inline Emulated cos(const Emulated& x) { return claimed(x, Function::cos, std::cos(x.value)); }
inline Emulated tanh(const Emulated& x) { return claimed(x, Function::tanh, std::tanh(x.value)); }
inline Emulated erf(const Emulated& x) { return claimed(x, Function::erf, std::erf(x.value)); }
inline Emulated erfc(const Emulated& x) { return claimed(x, Function::erfc, std::erfc(x.value)); }
inline Emulated atan(const Emulated& x) { return claimed(x, Function::atan, std::atan(x.value)); }
inline Emulated cbrt(const Emulated& x) { return claimed(x, Function::cbrt, std::cbrt(x.value)); }
inline Emulated exp2(const Emulated& x) { return claimed(x, Function::exp2, std::exp2(x.value)); }
inline Emulated log2(const Emulated& x) { return claimed(x, Function::log2, std::log2(x.value)); }
inline Emulated floor(const Emulated& x) { return {std::floor(x.value), x.kernel}; }
inline Emulated round_even(const Emulated& x) { return {round_even(x.value), x.kernel}; }
inline Emulated computed_as(const Emulated&, const Emulated& approx) { return approx; }
inline Emulated pow(const Emulated& x, const Emulated& y) {
  Kernel* k = Emulated::common(x, y);
  return claimed({x.in(k), k}, Function::pow, std::pow(x.in(k), y.in(k)));
}
inline Emulated ratio(const Emulated& x, Index p, Index q) {
  return Emulated::make(static_cast<double>(p) / static_cast<double>(q), x.kernel);
}
inline Emulated real(const Emulated& x, double a) { return Emulated::make(a, x.kernel); }
inline Emulated pi(const Emulated& x) { return Emulated::make(std::numbers::pi, x.kernel); }
inline Truth less(const Emulated& x, const Emulated& y) {
  Kernel* k = Emulated::common(x, y);
  return tri(x.in(k) < y.in(k));
}
inline Truth equal(const Emulated& x, const Emulated& y) {
  Kernel* k = Emulated::common(x, y);
  return tri(x.in(k) == y.in(k));
}
inline Emulated select(Truth t, const Emulated& x, const Emulated& y) { return t.exact == Tri::yes ? x : y; }
inline std::optional<Index> to_index(const Emulated& x) { return to_index(x.value); }

// Sums in the order that is claimed, cut or not, or in any order at all.
template <>
struct Summation<Emulated> {
  template <class Term>
  static Emulated sum(Index n, Term&& term) {
    std::vector<Emulated> terms;
    for (Index i = 0; i < n; ++i) terms.push_back(term(i));
    Kernel* k = nullptr;
    for (const Emulated& t : terms) k = t.kernel != nullptr ? t.kernel : k;
    if (k == nullptr)
      return Emulated(
          std::accumulate(terms.begin(), terms.end(), 0.0, [](double s, const Emulated& t) { return s + t.value; }));
    if (n == 0) return Emulated(Index{0});
    const double total = ordered(terms, *k);
    return {k->coin() ? k->inner(total) : total, k};
  }

 private:
  static double enter(const Emulated& t, Kernel& k) { return k.rounded(t.in(&k), k.claims.accumulator); }
  static double add(double total, const Emulated& t, Kernel& k, bool fuse) {
    if (fuse && t.product) return k.rounded(std::fma(t.a, t.b, total), k.claims.accumulator);
    return k.rounded(total + t.in(&k), k.claims.accumulator);
  }
  static double fold(const std::vector<Emulated>& terms, Kernel& k) {
    const bool fuse = k.claims.fma && k.coin();
    double total = k.coin() ? add(0, terms[0], k, fuse) : enter(terms[0], k);
    for (std::size_t i = 1; i < terms.size(); ++i) total = add(total, terms[i], k, fuse);
    return total;
  }
  static double lanes(const std::vector<Emulated>& terms, std::size_t lanes, Kernel& k) {
    std::vector<double> totals;
    for (std::size_t lane = 0; lane < std::min(lanes, terms.size()); ++lane) {
      std::vector<Emulated> part;
      for (std::size_t i = lane; i < terms.size(); i += lanes) part.push_back(terms[i]);
      totals.push_back(fold(part, k));
    }
    return pairwise(totals, k);
  }
  static double pairwise(std::vector<double> level, Kernel& k) {
    while (level.size() > 1) {
      std::vector<double> next;
      for (std::size_t i = 0; i + 1 < level.size(); i += 2)
        next.push_back(k.rounded(level[i] + level[i + 1], k.claims.accumulator));
      if (level.size() % 2 == 1) next.push_back(level.back());
      level = std::move(next);
    }
    return level[0];
  }
  static double random_tree(std::vector<double> level, Kernel& k) {
    while (level.size() > 1) {
      std::swap(level[k.random() % level.size()], level.back());
      const double x = level.back();
      level.pop_back();
      double& y = level[k.random() % level.size()];
      y = k.rounded(x + y, k.claims.accumulator);
    }
    return level[0];
  }
  // Cut into blocks, where that is claimed and done, or added in one go.
  static double ordered(const std::vector<Emulated>& terms, Kernel& k) {
    if (!k.claims.cuts(static_cast<Index>(terms.size())) || k.coin()) return uncut(terms, k);
    const auto block = static_cast<std::size_t>(k.claims.block);
    std::vector<Emulated> totals;
    for (std::size_t start = 0; start < terms.size(); start += block) {
      const auto end = std::min(terms.size(), start + block);
      const std::vector<Emulated> part(terms.begin() + static_cast<std::ptrdiff_t>(start),
                                       terms.begin() + static_cast<std::ptrdiff_t>(end));
      totals.push_back({uncut(part, k), &k});
    }
    return uncut(totals, k);
  }
  static double uncut(std::vector<Emulated> terms, Kernel& k) {
    std::vector<double> entered;
    if (k.claims.order == Order::left) return fold(terms, k);
    if (k.claims.order == Order::lanes) return lanes(terms, static_cast<std::size_t>(k.claims.lanes), k);
    for (const Emulated& t : terms) entered.push_back(enter(t, k));
    if (k.claims.order == Order::tree) return pairwise(entered, k);
    switch (k.random() % 5) {
      case 0:
        return fold(terms, k);
      case 1:
        return lanes(terms, std::size_t{1} << (k.random() % 7), k);
      case 2:
        return pairwise(entered, k);
      case 3:
        std::shuffle(terms.begin(), terms.end(), k.random);
        return fold(terms, k);
      default:
        return random_tree(entered, k);
    }
  }
};

static_assert(Number<Emulated>);

}  // namespace plumbline::spec
