// Square blocks of elements transposed in registers.
#pragma once

#include <array>
#include <bit>

#include "runtime/core/stream.h"
#include "runtime/cpu/lanes.h"

namespace plumbline::runtime {

// Rows and columns of a block.
template <class T>
inline constexpr Index side = pack_of<T>;

namespace transposing {

// Where element k of the pair (a, b) of packs comes from when blocks of `step` elements change places: of the first,
// a's where bit `step` of k is not set, else b's from `step` before; of the second, the others.
template <class T, Index step, bool second>
inline constexpr auto exchange = [] {
  using I = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  std::array<I, pack_of<T>> from{};
  for (Index k = 0; k < pack_of<T>; ++k) {
    const bool of_b = (k & step) != 0;
    const Index moved = second == of_b ? 0 : of_b ? -step : step;
    from[static_cast<std::size_t>(k)] = static_cast<I>((of_b ? pack_of<T> : 0) + k + moved);
  }
  return from;
}();

template <class T, Index step>
void exchange_blocks(typename PackOf<T>::type* rows) {
  typedef std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t> Places __attribute__((vector_size(64)));
  const auto first = std::bit_cast<Places>(exchange<T, step, false>);
  const auto second = std::bit_cast<Places>(exchange<T, step, true>);
#pragma GCC unroll 16
  for (Index i = 0; i < side<T>; ++i) {
    if ((i & step) != 0) continue;
    const auto a = rows[i], b = rows[i + step];
    rows[i] = __builtin_shuffle(a, b, first), rows[i + step] = __builtin_shuffle(a, b, second);
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
