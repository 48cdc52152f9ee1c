// What var and std share: Σ (x − μ)² by several methods, the divisor n − correction, and the samples.
#pragma once

#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::spec {

inline constexpr std::array<std::string_view, 3> moment_methods{"two_pass", "welford", "raw_moments"};
inline constexpr std::array<std::string_view, 1> raw_moment_method{"raw_moments"};  // cancels where the mean is large

// [op C1] the axes; [op C2] the correction is from 0.
template <class O>
Result<Shape> moment_shape(const O& op, const Shape& in) {
  const auto out = reduced_shape(op, in);
  if (out && op.correction < 0) return refuse(op, 2, "correction is negative: ", op.correction);
  return out;
}

// What Σ (x − μ)² is divided by: 0 where n ≤ correction, so that the variance has a pole, or is undefined.
template <class O>
Index moment_divisor(const O& op, Index n) {
  return std::max<Index>(0, n - op.correction);
}

// Σ (x_k − μ)². two_pass: μ first. welford: a left fold that updates the mean and the sum with each element
// (Welford 1962). raw_moments: n (E[x²] − E[x]²), which cancels where the mean is large.
template <Number N, class X>
N squared_deviations(std::string_view method, Index n, X&& x) {
  if (n == 0) return N(Index{0});
  if (method == "welford") {
    N mean = x(Index{0}), total(Index{0});
    for (Index k = 1; k < n; ++k) {
      const N before = x(k) - mean;
      mean = mean + before / N(k + 1);
      total = total + before * (x(k) - mean);
    }
    return total;
  }
  const N mean = spec::sum<N>(n, x) / N(n);
  if (method == "raw_moments") {
    const N raw = spec::sum<N>(n, [&](Index k) { return square(N(x(k))); }) / N(n);
    return (raw - square(mean)) * N(n);
  }
  return spec::sum<N>(n, [&](Index k) { return square(N(x(k) - mean)); });
}

// Σ (x − μ)² / max(0, n − correction)
template <class O, Number N, class X>
N variance(const O& op, std::string_view method, Index n, X&& x) {
  return squared_deviations<N>(method, n, x) / N(moment_divisor(op, n));
}

// (x − μ)/(n − correction), at x's shape: half the derivative of the variance.
template <class O, TensorLike T>
T variance_slope(const O& op, const T& x) {
  const T centred = sub(x, call(Mean{op.axes, /*keepdim=*/true}, x));
  const auto divisor = static_cast<double>(moment_divisor(op, reduced_extent(op, x.shape())));
  return div(centred, literal(x, divisor));
}

// Means far from 0 beside means near it: there the methods differ.
template <class O>
Sample<O> sample_moments(Choices& choices) {
  Sample<O> sample = sample_reduction<O>(choices);
  sample.op.correction = choices.pick(0, 7) == 7 ? choices.pick(2, 9) : choices.pick(0, 1);
  if (choices.coin()) sample.domains = {Domain::within(999, 1001, {1000})};
  return sample;
}

}  // namespace plumbline::spec
