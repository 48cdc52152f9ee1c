// Exponentials of a row less its maximum.
#pragma once

#include <limits>
#include <type_traits>

#include "runtime/cpu/lanes.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {

template <class T>
constexpr T infinite = std::numeric_limits<T>::infinity();

template <class T>
bool is_infinite(T x) {
  return x == infinite<T> || x == -infinite<T>;
}

// The largest number of a row; a NaN is left to the sum of exponentials.
template <class T>
T top_of(const T* x, Index n) {
  if constexpr (std::is_same_v<T, float>) return fold_lanes(x, n, -math::infinity, LargerNumber{});
  T top = -infinite<T>;
  for (Index i = 0; i < n; ++i) top = x[i] > top ? x[i] : top;
  return top;
}
// The smallest number of a row, alike.
inline float bottom_of(const float* x, Index n) {
  return -fold_terms(n, -math::infinity, LargerNumber{}, [=](auto at) { return -at(x); });
}

template <class T>
T total_of(const T* x, Index n) {
  return sum_terms<T>(n, [=](auto at) { return at(x); });
}

// x_i − top, and 0 where x_i is an infinite maximum itself.
template <class T>
T shifted(T x, T top) {
  return is_infinite(top) && x == top ? T(0) : x - top;
}

// e_i = exp(x_i − top); returns Σ e.
template <class T>
T exponentials(const T* x, T top, T* e, Index n) {
  if (is_infinite(top)) {
    for (Index i = 0; i < n; ++i) e[i] = math::exp(shifted(x[i], top));
  } else {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) e[i] = math::exp(x[i] - top);
  }
  return total_of(e, n);
}

// Several infinite maxima have no limit.
template <class T>
bool contested(T top, T total) {
  return is_infinite(top) && total > 1;
}

}  // namespace plumbline::runtime
