// x σ(x)
#pragma once

#include "runtime/cpu/math.h"

namespace plumbline::runtime {

template <class T>
T silu(T x) {
  const T e = math::exp(-math::abs(x));
  const T y = x * (x < 0 ? e : T(1)) / (1 + e);
  return x == -std::numeric_limits<T>::infinity() ? T(0) : y;
}

}  // namespace plumbline::runtime
