// The mean μ = Σ x / n and the variance Σ(x − μ)² / count of a slice, in each of the ways in which they are computed.
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sqrt.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::spec {

// [norm B1]: two_pass is Σ(x − μ)² / n; scaled the same with averages Σ · (1/n); welford a running mean and a running
// sum of squared deviations; moments E x² − (E x)², which cancels. All are the same real number.
enum class VarianceBy : std::uint8_t { two_pass, scaled, welford, moments };
inline constexpr std::array<std::string_view, 4> variance_methods{"two_pass", "scaled", "welford", "moments"};
inline constexpr std::array<std::string_view, 1> moment_method{"moments"};  // cancels where the mean is large
inline constexpr std::array<std::string_view, 5> norm_methods{"two_pass", "scaled", "welford", "moments", "affine"};
inline constexpr std::array<std::string_view, 2> rms_methods{"two_pass", "scaled"};

inline VarianceBy variance_named(std::string_view method) {
  const auto at = std::find(variance_methods.begin(), variance_methods.end(), method);
  return at == variance_methods.end() ? VarianceBy::two_pass : static_cast<VarianceBy>(at - variance_methods.begin());
}

// The mean of x_0 … x_{n−1} and the sum of squared deviations from it, n ≥ 1.
template <Number N>
struct Moments {
  N mean, squares;
};

template <Number N, class X>
Moments<N> running_moments(Index n, X&& x) {  // Welford 1962
  Moments<N> m{x(Index{0}), N(Index{0})};
  for (Index k = 1; k < n; ++k) {
    const N before = x(k) - m.mean;
    m.mean = m.mean + before / N(k + 1);
    m.squares = m.squares + before * (x(k) - m.mean);
  }
  return m;
}

// The mean, and Σ(x − μ)² / count.
template <Number N, class X>
Moments<N> variance_of(Index n, X&& x, Index count, VarianceBy how) {
  if (how == VarianceBy::welford) {
    const Moments<N> m = running_moments<N>(n, x);
    return {m.mean, m.squares / N(count)};
  }
  const bool scaled = how == VarianceBy::scaled;
  const N mean = average<N>(n, x, n, scaled);
  if (how == VarianceBy::moments) {
    const N raw = average<N>(n, [&](Index k) { return square(x(k)); }, n, scaled);
    const N population = ramp(N(raw - square(mean)));
    return {mean, count == n ? population : N(population * ratio(mean, n, count))};
  }
  return {mean, average<N>(n, [&](Index k) { return square(N(x(k) - mean)); }, count, scaled)};
}

}  // namespace plumbline::spec
