// x̂ = (x − μ)·(1/σ) of one contiguous slice, and the way back, in two passes; T is float or double.
#pragma once

#include <cmath>

#include "runtime/cpu/lanes.h"
#include "runtime/cpu/wide.h"

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

// 1/√(mean y² + eps), and whether nothing on the way to it left the range of T.
template <class T>
struct SliceScale {
  T scale;
  bool sound;
};

// y = x − μ, or x where nothing is centred. y may be x.
template <bool centred, class T>
SliceScale<T> centre(const T* x, T* y, Index n, double eps) {
  T squares = 0;
  if constexpr (centred) {
    squares = centred_squares(x, y, n, mean_of(x, n));
  } else {
    if (x != y) std::copy_n(x, n, y);
    squares = sum_terms<T>(n, [=](auto at) { return at(y) * at(y); });
  }
  const T spread = squares / static_cast<T>(n) + static_cast<T>(eps);
  return {1 / std::sqrt(spread), sound_squares(spread)};
}

// A slice in the wider type: μ and 1/√(mean (x − μ)² + eps).
template <bool centred, class T>
struct WideSlice {
  Wide<T> mean = 0, scale;

  WideSlice(const T* x, Index n, double eps) {
    if (centred) mean = wide_mean_of(x, n);
    const Wide<T> squares = wide_sum_of<T>(n, [&](Index i) { return (x[i] - mean) * (x[i] - mean); });
    scale = 1 / std::sqrt(squares / static_cast<Wide<T>>(n) + eps);
  }
  Wide<T> operator()(T x) const { return (x - mean) * scale; }
};

// Weights and biases with which no normalised slice leaves the range of T: |x̂| ≤ √n.
template <class T>
bool moderate_weights(const T* w, Index n) {
  constexpr T most = sizeof(T) == 4 ? T(0x1p96) : T(0x1p960);
  int beyond = 0;
  for (Index i = 0; w != nullptr && i < n; ++i) beyond |= !(std::abs(w[i]) <= most);
  return beyond == 0;
}

// In the wider type; dx may be x.
template <bool centred, class T>
void wide_slice_gradient(const T* x, const T* g, T* dx, Index n, double eps) {
  const WideSlice<centred, T> slice(x, n, eps);
  const Wide<T> mean_g = centred ? wide_mean_of(g, n) : 0;
  const Wide<T> inner = wide_sum_of<T>(n, [&](Index i) { return g[i] * slice(x[i]); }) / static_cast<Wide<T>>(n);
  for (Index i = 0; i < n; ++i) dx[i] = static_cast<T>((g[i] - mean_g - slice(x[i]) * inner) * slice.scale);
}

// dx = (g − mean g − x̂ mean(g·x̂))·(1/σ), without mean g where nothing is centred. dx may be x. Returns whether
// nothing left the range of T; else dx is to be computed again.
template <bool centred, class T>
bool slice_gradient(const T* x, const T* g, T* dx, Index n, double eps) {
  const T mean_g = centred ? mean_of(g, n) : T(0);
  const SliceScale<T> own = centre<centred>(x, dx, n, eps);
  const T scale = own.scale;
  const T inner = sum_terms<T>(n, [=](auto at) { return at(g) * (at(dx) * scale); }) / static_cast<T>(n);
  int beyond = 0;
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const T d = ((centred ? g[i] - mean_g : g[i]) - dx[i] * scale * inner) * scale;
    beyond |= !in_range(d);
    dx[i] = d;
  }
  return own.sound && beyond == 0;
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
