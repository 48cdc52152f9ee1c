// Stores that pass by the caches, for results that would not stay in them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "spec/lang/shape.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace plumbline::runtime {

// A step that touches more than this is streamed: what the last cache keeps for one core and its neighbours.
inline constexpr spec::Index cached_floats = spec::Index{8} << 20, cached_bytes = 4 * cached_floats;

// Copies n elements. What `to` receives is seen by others only after the writing thread has called `stream_fence`.
template <class T>
void stream_copy(const T* source, T* target, spec::Index count) {
#if defined(__SSE2__)
  const auto* from = reinterpret_cast<const char*>(source);
  auto* to = reinterpret_cast<char*>(target);
  const spec::Index n = count * static_cast<spec::Index>(sizeof(T));
  const auto head = static_cast<spec::Index>(-reinterpret_cast<std::uintptr_t>(to) % 64);
  spec::Index i = std::min(n, head);
  if (i > 0) std::memcpy(to, from, static_cast<std::size_t>(i));
#if defined(__AVX512F__)
  for (; i + 64 <= n; i += 64)
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to + i), _mm512_loadu_si512(from + i));
#else
  for (; i + 16 <= n; i += 16)
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i), _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
#endif
  if (i < n) std::memcpy(to + i, from + i, static_cast<std::size_t>(n - i));
#else
  std::memcpy(target, source, static_cast<std::size_t>(count) * sizeof(T));
#endif
}

// The same of one cache line, to which `to` is aligned; P: 64 bytes.
template <class P, class T>
void stream_line(const P& line, T* to) {
  static_assert(sizeof(P) == 64);
#if defined(__AVX512F__)
  _mm512_stream_si512(reinterpret_cast<__m512i*>(to), std::bit_cast<__m512i>(line));
#else
  stream_copy(reinterpret_cast<const T*>(&line), to, static_cast<spec::Index>(sizeof(P) / sizeof(T)));
#endif
}

inline void stream_fence() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

}  // namespace plumbline::runtime
