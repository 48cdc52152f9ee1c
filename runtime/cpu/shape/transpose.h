// Square blocks of elements transposed in registers.
#pragma once

#include <utility>

#include "runtime/core/stream.h"
#include "runtime/cpu/lanes.h"

namespace plumbline::runtime {

// The pack whose element k is element place(k) of a and b, one after the other.
template <class T, class F>
typename PackOf<T>::type arranged(const typename PackOf<T>::type& a, const typename PackOf<T>::type& b, F) {
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    return __builtin_shufflevector(a, b, static_cast<int>(F{}(static_cast<Index>(k)))...);
  }(std::make_index_sequence<static_cast<std::size_t>(pack_of<T>)>{});
}

// Rows and columns of a block.
template <class T>
inline constexpr Index side = pack_of<T>;

namespace transposing {

// Where element k of the pair (a, b) of packs of n comes from when blocks of `step` elements change places: of the
// first, a's where bit `step` of k is not set, else b's from `step` before; of the second, the others.
constexpr Index place(Index n, Index step, bool second, Index k) {
  const bool of_b = (k & step) != 0;
  return (of_b ? n : 0) + k + (second == of_b ? 0 : of_b ? -step : step);
}

template <class T, Index step>
void exchange_blocks(typename PackOf<T>::type* rows) {
#pragma GCC unroll 16
  for (Index i = 0; i < side<T>; ++i) {
    if ((i & step) != 0) continue;
    const auto a = rows[i], b = rows[i + step];
    rows[i] = arranged<T>(a, b, [](Index k) { return place(side<T>, step, false, k); });
    rows[i + step] = arranged<T>(a, b, [](Index k) { return place(side<T>, step, true, k); });
  }
}

}  // namespace transposing

// y[b][a] = x[a][b] for a, b < side, rows x_step and y_step apart; streamed: y is aligned to cache lines and written
// past the caches.
template <class T, bool streamed = false>
void transpose_block(const T* x, Index x_step, T* y, Index y_step) {
  using namespace transposing;
  typename PackOf<T>::type rows[side<T>];
#pragma GCC unroll 16
  for (Index a = 0; a < side<T>; ++a) rows[a] = load(x + a * x_step);
  exchange_blocks<T, 1>(rows), exchange_blocks<T, 2>(rows), exchange_blocks<T, 4>(rows);
  if constexpr (side<T> == 16) exchange_blocks<T, 8>(rows);
#pragma GCC unroll 16
  for (Index b = 0; b < side<T>; ++b)
    if constexpr (streamed) stream_line(rows[b], y + b * y_step);
    else store(y + b * y_step, rows[b]);
}

}  // namespace plumbline::runtime
