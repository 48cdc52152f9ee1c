// The smallest of contiguous elements.
#pragma once

#include "runtime/cpu/lanes.h"

namespace plumbline::runtime {

// The NaN if one is, else the smaller.
struct Smaller {
  template <class P>
  P operator()(const P& m, const P& x) const {
    return (x < m) | (x != x) ? x : m;
  }
};

template <class T>
T smallest(const T* x, Index n) {
  return fold_lanes(x, n, std::numeric_limits<T>::infinity(), Smaller{});
}

}  // namespace plumbline::runtime
