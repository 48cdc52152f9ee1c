// erf of sixteen floats at once, free of branches.
#pragma once

#include "runtime/cpu/lanes.h"
#include "runtime/cpu/math.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace plumbline::runtime {

#if defined(__AVX512F__)
namespace erf_pieces {

inline constexpr float width = 0x1.1p-2f, per_width = 0x1.e1e1e2p+1f;

// Column i holds erf around c = i·width: erf(c + r) = a + (b + r (q1 + r (q2 + …))), a the float next to erf(c). Where
// i < 2, a is c + r instead, the rest is the better known for it. Minimax fits on |r| ≤ width/2 in ulps of erf.
alignas(64) inline constexpr float a[] = {
    0,              0,              0x1.1855a6p-1f, 0x1.7b0058p-1f, 0x1.bbef1p-1f,  0x1.e11a3ep-1f,
    0x1.f39bc2p-1f, 0x1.fb9f6p-1f,  0x1.fea422p-1f, 0x1.ffa14ap-1f, 0x1.ffe96ap-1f, 0x1.fffb4ap-1f,
    0x1.ffff24p-1f, 0x1.ffffdep-1f, 0x1.fffffcp-1f, 1};
alignas(64) inline constexpr float b[] = {
    0,               0x1.bd9dbp-6f,   -0x1.61157cp-32f, -0x1.cf67f2p-27f, -0x1.086778p-27f, 0x1.19e9d8p-26f,
    0x1.0b90fap-27f, -0x1.718dd2p-26f, -0x1.ca69aep-27f, -0x1.6f56ccp-26f, 0x1.e2812ap-27f,  0x1.0858b8p-28f,
    0x1.b510eep-28f, -0x1.f4b142p-26f, -0x1.b6e78cp-26f, -0x1.2d2c0ap-26f};
alignas(64) inline constexpr float q[][pack] = {
    {0x1.06eba8p-3f, 0x1.a5f4f8p-5f, 0x1.b3ab02p-1f, 0x1.32281ep-1f, 0x1.75a91cp-2f, 0x1.8c0732p-3f, 0x1.6c7e64p-4f,
     0x1.2351cp-5f, 0x1.94624cp-7f, 0x1.e7744ap-9f, 0x1.fe41ep-11f, 0x1.cfd4dap-13f, 0x1.6e23c6p-15f, 0x1.f5f8d6p-18f,
     0x1.2acff2p-20f, 0x1.34eed2p-23f},
    {0x1.5c28c4p-22f, -0x1.1e011ap-2f, -0x1.cee404p-2f, -0x1.e7ef4p-2f, -0x1.8d0404p-2f, -0x1.06fd8ep-2f,
     -0x1.2275d2p-3f, -0x1.0ed6aap-4f, -0x1.ada774p-6f, -0x1.235108p-7f, -0x1.52ce44p-9f, -0x1.52beb8p-11f,
     -0x1.23ab06p-13f, -0x1.b11d44p-16f, -0x1.159634p-18f, -0x1.3363ap-21f},
    {-0x1.812be4p-2f, -0x1.344abep-2f, -0x1.fa2824p-4f, 0x1.b8de6ap-5f, 0x1.39516ap-3f, 0x1.4db2dep-3f,
     0x1.efba72p-4f, 0x1.1f2dacp-4f, 0x1.0ea5aap-5f, 0x1.a7af2cp-7f, 0x1.16bdc4p-8f, 0x1.369f52p-10f,
     0x1.26aba6p-12f, 0x1.ddac2ep-15f, 0x1.4baf7p-17f, 0x1.8b6fccp-20f},
    {0x1.501fe2p-12f, 0x1.0e6d14p-3f, 0x1.756364p-3f, 0x1.185a36p-3f, 0x1.8af3b8p-5f, -0x1.693c84p-6f,
     -0x1.8f9efap-5f, -0x1.607666p-5f, -0x1.b09dc2p-6f, -0x1.9bcfaap-7f, -0x1.3d2004p-8f, -0x1.93b042p-10f,
     -0x1.ae1edp-12f, -0x1.82b92ap-14f, -0x1.2710cp-16f, -0x1.7fa7bp-19f},
    {0x1.c5e714p-4f, 0x1.3b3022p-4f, -0x1.7b9492p-13f, -0x1.e6826ep-5f, -0x1.0d85ecp-4f, -0x1.2e37d6p-5f,
     -0x1.521e3ep-8f, 0x1.643842p-7f, 0x1.976cd2p-7f, 0x1.0883c2p-7f, 0x1.f68078p-9f, 0x1.778326p-10f,
     0x1.c831dap-12f, 0x1.caa52p-14f, 0x1.81dfc8p-16f, 0x1.11b8cp-18f}};

}  // namespace erf_pieces

// Keeps math::erf_ulps.
inline Pack erf(const Pack& x) {
  using namespace erf_pieces;
  constexpr __mmask16 all = 0xffff;
  const __m512 shift = spread(0x1.8p+23f), t = _mm512_maskz_min_ps(all, spread(4.0f), _mm512_abs_ps(x));  // NaN stays
  const __m512 shifted = _mm512_fmadd_ps(t, spread(per_width), shift), i = shifted - shift;
  const __m512 r = _mm512_fnmadd_ps(i, spread(width), t);
  const auto at = [column = _mm512_castps_si512(shifted)](const float* row) {
    return _mm512_maskz_permutexvar_ps(all, column, _mm512_load_ps(row));
  };
  __m512 p = at(q[4]);
  for (int k = 3; k >= 0; --k) p = _mm512_fmadd_ps(p, r, at(q[k]));
  const __m512 base = _mm512_mask_mov_ps(at(a), _mm512_cmp_ps_mask(i, spread(2.0f), _CMP_LT_OQ), t);
  const __m512 y = base + _mm512_fmadd_ps(p, r, at(b)), sign = spread(-0.0f);
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(sign), _mm512_castps_si512(x),
                                                       _mm512_castps_si512(y), 0xca));  // sign ? x : y, bit by bit
}

#else

inline Pack erf(const Pack& x) {
  float y[pack];
  store(y, x);
  for (float& v : y) v = math::erf(v);
  return load(y);
}

#endif

}  // namespace plumbline::runtime
