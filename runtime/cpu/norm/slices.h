// x̂ = (x − μ)·(1/σ) of one contiguous slice, and the way back, in two passes; T is float or double.
#pragma once

#include <cmath>

#include "runtime/cpu/lanes.h"

namespace plumbline::runtime {

inline constexpr Index slice_work = 16384;  // elements of slices that a part takes

template <class T>
T mean_of(const T* x, Index n) {
  return sum_terms<T>(n, [=](auto at) { return at(x); }) / static_cast<T>(n);
}

// y = x − mean; returns Σ y².
template <class T>
T centred_squares(const T* x, T* y, Index n, T mean) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) y[i] = x[i] - mean;
  return sum_terms<T>(n, [=](auto at) { return at(y) * at(y); });
}

// y = x − μ, or x where nothing is centred; returns 1/√(mean y² + eps). y may be x.
template <bool centred, class T>
T centre(const T* x, T* y, Index n, T eps) {
  T squares = 0;
  if constexpr (centred) {
    squares = centred_squares(x, y, n, mean_of(x, n));
  } else {
    if (x != y) std::copy_n(x, n, y);
    squares = sum_terms<T>(n, [=](auto at) { return at(y) * at(y); });
  }
  return 1 / std::sqrt(squares / static_cast<T>(n) + eps);
}

// dx = (g − mean g − x̂ mean(g·x̂))·(1/σ), without mean g where nothing is centred. dx may be x.
template <bool centred, class T>
void slice_gradient(const T* x, const T* g, T* dx, Index n, T eps) {
  const T mean_g = centred ? mean_of(g, n) : T(0);
  const T scale = centre<centred>(x, dx, n, eps);
  const T inner = sum_terms<T>(n, [=](auto at) { return at(g) * (at(dx) * scale); }) / static_cast<T>(n);
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) dx[i] = ((centred ? g[i] - mean_g : g[i]) - dx[i] * scale * inner) * scale;
}

// y·scale · w + b with one w and one b for the run; either may be null.
template <class T>
void affine_run(T* y, Index n, T scale, const T* w, const T* b) {
  if (w == nullptr) {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] * scale;
  } else if (b == nullptr) {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] * scale * *w;
  } else {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] * scale * *w + *b;
  }
}

// The same with w_i and b_i for element i.
template <class T>
void affine_each(T* y, Index n, T scale, const T* w, const T* b) {
  if (w == nullptr) return affine_run<T>(y, n, scale, nullptr, nullptr);
  if (b == nullptr) {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] * scale * w[i];
  } else {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] * scale * w[i] + b[i];
  }
}

}  // namespace plumbline::runtime
