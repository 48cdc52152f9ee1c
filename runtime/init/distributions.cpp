// Quantiles by Newton steps that bisection keeps inside; Q by Householder reflections.
#include "runtime/init/distributions.h"

#include <cmath>
#include <numbers>

namespace plumbline::runtime {

namespace {

constexpr double root_half = std::numbers::sqrt2 / 2;

double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }

// Columns of a high matrix, stored one after another.
struct Columns {
  std::vector<double> x;
  std::size_t n, m;  // length and number, n ≥ m
  double* operator[](std::size_t j) { return x.data() + j * n; }
};

// x − 2 v (v·x) for entries from `first` on; v is a unit vector or zero.
void reflect(const double* v, double* x, std::size_t first, std::size_t n) {
  double dot = 0;
  for (std::size_t i = first; i < n; ++i) dot += v[i] * x[i];
  for (std::size_t i = first; i < n; ++i) x[i] -= 2 * dot * v[i];
}

// Leaves in column j the unit vector of reflection j, and in `diagonal` R_jj.
void triangularise(Columns& a, std::vector<double>& diagonal) {
  for (std::size_t j = 0; j < a.m; ++j) {
    double* v = a[j];
    double squares = 0;
    for (std::size_t i = j; i < a.n; ++i) squares += v[i] * v[i];
    const double norm = std::sqrt(squares), r = v[j] > 0 ? -norm : norm;
    diagonal.push_back(r);
    for (std::size_t i = 0; i < j; ++i) v[i] = 0;
    v[j] -= r;
    double length = 0;
    for (std::size_t i = j; i < a.n; ++i) length += v[i] * v[i];
    length = std::sqrt(length);
    for (std::size_t i = j; i < a.n && length > 0; ++i) v[i] /= length;
    for (std::size_t k = j + 1; k < a.m; ++k) reflect(v, a[k], j, a.n);
  }
}

}  // namespace

TruncatedNormal::TruncatedNormal(const spec::TruncatedNormalInit& s)
    : mean_(s.mean), std_(s.std), alpha_((s.a - s.mean) / s.std), beta_((s.b - s.mean) / s.std) {
  mass_ = share(beta_);
}

double TruncatedNormal::share(double z) const {
  if (alpha_ > 0) return (std::erfc(alpha_ * root_half) - std::erfc(z * root_half)) / (2 * mass_);
  if (beta_ < 0) return (std::erfc(-z * root_half) - std::erfc(-alpha_ * root_half)) / (2 * mass_);
  return (std::erf(z * root_half) - std::erf(alpha_ * root_half)) / (2 * mass_);
}

double TruncatedNormal::quantile(double u) const {
  constexpr int most_steps = 200;  // bisection alone needs fewer than 70
  double lo = alpha_, hi = beta_, z = u == 0 ? alpha_ : lo + (hi - lo) * u;
  for (int step = 0; u > 0 && step < most_steps && lo < hi; ++step) {
    const double over = share(z) - u;
    if (over == 0) break;
    (over > 0 ? hi : lo) = z;
    double next = z - over * mass_ / density(z);
    if (!(next > lo && next < hi)) next = lo + (hi - lo) / 2;
    if (next == z || std::abs(next - z) <= 0x1p-52 * std::abs(z)) break;
    z = next;
  }
  return mean_ + std_ * z;
}

void orthogonal(std::vector<double>& g, Index rows, Index columns) {
  const bool high = rows >= columns;
  const auto n = static_cast<std::size_t>(high ? rows : columns), m = static_cast<std::size_t>(high ? columns : rows);
  const auto at = [&](std::size_t i, std::size_t j) { return high ? i * m + j : j * n + i; };
  Columns a{std::vector<double>(n * m), n, m}, q{std::vector<double>(n * m, 0.0), n, m};
  for (std::size_t j = 0; j < m; ++j)
    for (std::size_t i = 0; i < n; ++i) a[j][i] = g[at(i, j)];
  std::vector<double> diagonal;
  triangularise(a, diagonal);
  for (std::size_t j = 0; j < m; ++j) {
    q[j][j] = diagonal[j] < 0 ? -1 : 1;
    for (std::size_t k = m; k-- > 0;) reflect(a[k], q[j], k, n);
    for (std::size_t i = 0; i < n; ++i) g[at(i, j)] = q[j][i];
  }
}

}  // namespace plumbline::runtime
