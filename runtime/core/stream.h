// Stores that pass by the caches, for results that would not stay in them.
#pragma once

#include <cstdint>
#include <cstring>

#include "spec/lang/shape.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace plumbline::runtime {

// A step that touches more than this is streamed: what the last cache keeps for one core and its neighbours.
inline constexpr spec::Index cached_floats = spec::Index{8} << 20;

// Copies n floats. What `to` receives is seen by others only after the writing thread has called `stream_fence`.
inline void stream_copy(const float* from, float* to, spec::Index n) {
#if defined(__SSE2__)
  spec::Index i = 0;
  for (; i < n && reinterpret_cast<std::uintptr_t>(to + i) % 64 != 0; ++i) to[i] = from[i];
#if defined(__AVX512F__)
  for (; i + 16 <= n; i += 16) _mm512_stream_ps(to + i, _mm512_loadu_ps(from + i));
#else
  for (; i + 4 <= n; i += 4) _mm_stream_ps(to + i, _mm_loadu_ps(from + i));
#endif
  for (; i < n; ++i) to[i] = from[i];
#else
  std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
#endif
}

inline void stream_fence() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

}  // namespace plumbline::runtime
