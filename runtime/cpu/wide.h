// What left the range of T on its way is computed again in a type with a far wider one: the exact result may be finite.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "runtime/core/kernel.h"
#include "spec/lang/ranges.h"

namespace plumbline::runtime {

// Squares of all T, and long sums of them, are normal numbers of it.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;

// x is finite, and so are all sums and products behind it.
template <class T>
bool in_range(T x) {
  return std::abs(x) <= std::numeric_limits<T>::max();
}
// A sum of squares that is finite, and so large that what subnormal ones lack is far less than u² of it.
template <class T>
bool sound_squares(T x) {
  constexpr T u = std::numeric_limits<T>::epsilon(), least = std::numeric_limits<T>::min() / (u * u);
  return x >= least && x <= std::numeric_limits<T>::max();
}
template <class T>
bool all_in_range(const T* x, Index n) {
  int beyond = 0;
  for (Index i = 0; i < n; ++i) beyond |= !in_range(x[i]);
  return beyond == 0;
}

// Σ term(i), as a left fold.
template <class T, class Term>
Wide<T> wide_sum_of(Index n, Term term) {
  Wide<T> sum = 0;
  for (Index i = 0; i < n; ++i) sum += term(i);
  return sum;
}
template <class T>
Wide<T> wide_mean_of(const T* x, Index n) {
  return wide_sum_of<T>(n, [=](Index i) { return Wide<T>(x[i]); }) / static_cast<Wide<T>>(n);
}

// The claims of a kernel in binary32 whose intermediate results neither overflow nor lose digits.
inline spec::Claims in_wide_range(spec::Claims c) {
  c.intermediate = c.accumulator = spec::wide32;
  return c;
}
// Of one whose intermediate results do not overflow.
inline spec::Claims without_overflow(spec::Claims c) {
  c.intermediate = c.accumulator = spec::tall32;
  return c;
}

}  // namespace plumbline::runtime
