// ln(1 + e^x)
#pragma once

#include "runtime/cpu/function/transcendental.h"

namespace plumbline::runtime {

// max(x, 0) + ln(1 + e^−|x|)
template <class T>
T softplus(T x) {
  return (x < 0 ? T(0) : x) + math::log1p(math::exp(-math::abs(x)));
}

}  // namespace plumbline::runtime
