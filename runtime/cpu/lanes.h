// Sums and maxima of contiguous floats in 64 interleaved lanes, then a tree over the lanes.
#pragma once

#include <cstring>

#include "runtime/core/view.h"

namespace plumbline::runtime {

inline constexpr Index lanes = 64;
inline constexpr Index chunk = 16384;  // terms of one long sum that a part takes: the claimed block

// Sixteen floats that the compiler keeps in vector registers, whatever their width on this machine.
using Pack = float __attribute__((vector_size(64)));
inline constexpr Index pack = 16;

inline Pack load(const float* x) {
  Pack p;
  std::memcpy(&p, x, sizeof p);
  return p;
}
inline void store(float* y, const Pack& p) { std::memcpy(y, &p, sizeof p); }
inline Pack spread(float x) { return x - Pack{}; }

// The NaN if one is, else the larger.
inline Pack larger(const Pack& m, const Pack& x) { return (x > m) | (x != x) ? x : m; }
inline float larger(float m, float x) { return x > m || x != x ? x : m; }

// Folds `combine(lane, term k)` over k < n, lane k mod 64, from `start` in each lane; `start` is neutral. Then halves:
// lane i takes lane i + 32, i + 16, … so that n < 64 terms meet in a tree of depth ⌈log2 n⌉. A term is written once for
// packs and floats: `term(at)` with at(x) = x_k.
template <class Combine, class Term>
float fold_terms(Index n, float start, Combine combine, Term term) {
  Pack a = spread(start), b = a, c = a, d = a;
  Index k = 0;
  const auto at = [&](Index i) {
    return [=](const float* x) { return load(x + i); };
  };
  for (; k + lanes <= n; k += lanes) {
    a = combine(a, term(at(k)));
    b = combine(b, term(at(k + pack)));
    c = combine(c, term(at(k + 2 * pack)));
    d = combine(d, term(at(k + 3 * pack)));
  }
  if (k < n) {
    float rest[lanes];
    for (Index i = 0; i < lanes; ++i) rest[i] = start;
    for (Index i = 0; i < n - k; ++i) rest[i] = term([=](const float* x) { return x[k + i]; });
    a = combine(a, load(rest)), b = combine(b, load(rest + pack));
    c = combine(c, load(rest + 2 * pack)), d = combine(d, load(rest + 3 * pack));
  }
  float all[pack];
  store(all, combine(combine(a, c), combine(b, d)));
  for (Index half = pack / 2; half > 0; half /= 2)
    for (Index i = 0; i < half; ++i) all[i] = combine(all[i], all[i + half]);
  return all[0];
}

template <class Combine>
float fold_lanes(const float* x, Index n, float start, Combine combine) {
  return fold_terms(n, start, combine, [=](auto at) { return at(x); });
}

struct Plus {
  Pack operator()(const Pack& x, const Pack& y) const { return x + y; }
  float operator()(float x, float y) const { return x + y; }
};
struct Larger {
  Pack operator()(const Pack& m, const Pack& x) const { return larger(m, x); }
  float operator()(float m, float x) const { return larger(m, x); }
};

// The larger of two numbers; a NaN may be passed over. For maxima whose NaN shows up elsewhere.
struct LargerNumber {
  Pack operator()(const Pack& m, const Pack& x) const { return x > m ? x : m; }
  float operator()(float m, float x) const { return x > m ? x : m; }
};

// Σ x_k; claims Order::lanes, 64.
inline float sum_lanes(const float* x, Index n) { return fold_lanes(x, n, 0.0f, Plus{}); }
// Σ term k; claims Order::lanes, 64.
template <class Term>
float sum_terms(Index n, Term term) {
  return fold_terms(n, 0.0f, Plus{}, term);
}
// max x_k, n ≥ 1
inline float max_lanes(const float* x, Index n) { return fold_lanes(x, n, -__builtin_inff(), Larger{}); }

}  // namespace plumbline::runtime
