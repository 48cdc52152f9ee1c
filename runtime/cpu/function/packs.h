// Blocks of a function of packs: sixteen floats at a time.
#pragma once

#include <algorithm>

#include "runtime/core/kernel.h"
#include "runtime/cpu/lanes.h"

namespace plumbline::runtime {

// y_i = f(x_i), sixteen at a time; the rest as part of sixteen.
template <class F>
Block block_of_packs(F f) {
  return [f](const void* const* in, void* out, Index n) {
    const auto* x = static_cast<const float*>(in[0]);
    auto* y = static_cast<float*>(out);
    Index k = 0;
    for (; k + pack <= n; k += pack) store(y + k, f(load(x + k)));
    if (k == n) return;
    float rest[pack] = {};
    std::copy_n(x + k, n - k, rest);
    store(rest, f(load(rest)));
    std::copy_n(rest, n - k, y + k);
  };
}

}  // namespace plumbline::runtime
