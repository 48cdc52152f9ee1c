// Runs of 16-bit elements to float32 and back, a vector register at a time.
#include "runtime/core/half.h"

#if defined(__F16C__)
#include <immintrin.h>
#endif

namespace plumbline::runtime {

using spec::Index;

#if defined(__F16C__)
namespace {
constexpr int to_nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
}
#endif

void widen(const Half* from, float* to, Index n) {
  Index i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= n; i += 16)
    _mm512_storeu_ps(
        to + i, _mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i))));
#elif defined(__F16C__)
  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i))));
#endif
  for (; i < n; ++i) to[i] = widen(from[i]);
}

void narrow(const float* from, Half* to, Index n) {
  Index i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= n; i += 16)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i),
                        _mm512_maskz_cvtps_ph(0xffff, _mm512_loadu_ps(from + i), to_nearest));
#elif defined(__F16C__)
  for (; i + 8 <= n; i += 8)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(from + i), to_nearest));
#endif
  for (; i < n; ++i) to[i] = narrow<Half>(from[i]);
}

void widen(const BFloat16* from, float* to, Index n) {
  for (Index i = 0; i < n; ++i) to[i] = widen(from[i]);
}

void narrow(const float* from, BFloat16* to, Index n) {
  for (Index i = 0; i < n; ++i) to[i] = narrow<BFloat16>(from[i]);
}

}  // namespace plumbline::runtime
