// Sums and maxima of contiguous elements in 64 interleaved lanes, then a tree over the lanes.
#pragma once

#include <cstring>
#include <limits>

#include "runtime/core/view.h"

namespace plumbline::runtime {

inline constexpr Index lanes = 64;
inline constexpr Index chunk = 16384;  // terms of one long sum that a part takes: the claimed block

// The 64 bytes of elements that the compiler keeps in vector registers, whatever their width on this machine.
template <class T>
struct PackOf;
template <>
struct PackOf<float> {
  using type = float __attribute__((vector_size(64)));
};
template <>
struct PackOf<double> {
  using type = double __attribute__((vector_size(64)));
};
template <class T>
inline constexpr Index pack_of = 64 / static_cast<Index>(sizeof(T));
using Pack = PackOf<float>::type;
inline constexpr Index pack = pack_of<float>;

template <class T>
typename PackOf<T>::type load(const T* x) {
  typename PackOf<T>::type p;
  std::memcpy(&p, x, sizeof p);
  return p;
}
template <class T>
void store(T* y, const typename PackOf<T>::type& p) {
  std::memcpy(y, &p, sizeof p);
}
template <class T>
typename PackOf<T>::type spread(T x) {
  return x - typename PackOf<T>::type{};
}

// The NaN if one is, else the larger: of packs, or of numbers.
template <class P>
P larger(const P& m, const P& x) {
  return (x > m) | (x != x) ? x : m;
}

// Folds `combine(lane, term k)` over k < n, lane k mod 64, from `start` in each lane; `start` is neutral. Then halves:
// lane i takes lane i + 32, i + 16, … so that n < 64 terms meet in a tree of depth ⌈log2 n⌉. A term is written once for
// packs and numbers: `term(at)` with at(x) = x_k.
template <class T, class Combine, class Term>
T fold_terms(Index n, T start, Combine combine, Term term) {
  constexpr Index width = pack_of<T>, packs = lanes / width;
  typename PackOf<T>::type lane[packs];
#pragma GCC unroll 8
  for (Index j = 0; j < packs; ++j) lane[j] = spread(start);
  Index k = 0;
  for (; k + lanes <= n; k += lanes) {
#pragma GCC unroll 8
    for (Index j = 0; j < packs; ++j)
      lane[j] = combine(lane[j], term([=](const T* x) { return load(x + k + j * width); }));
  }
  if (k < n) {
    T rest[lanes];
    for (Index i = 0; i < lanes; ++i) rest[i] = start;
    for (Index i = 0; i < n - k; ++i) rest[i] = term([=](const T* x) { return x[k + i]; });
#pragma GCC unroll 8
    for (Index j = 0; j < packs; ++j) lane[j] = combine(lane[j], load(rest + j * width));
  }
#pragma GCC unroll 8
  for (Index half = packs / 2; half > 0; half /= 2)
#pragma GCC unroll 8
    for (Index j = 0; j < half; ++j) lane[j] = combine(lane[j], lane[j + half]);
  T all[width];
  store(all, lane[0]);
  for (Index half = width / 2; half > 0; half /= 2)
    for (Index i = 0; i < half; ++i) all[i] = combine(all[i], all[i + half]);
  return all[0];
}

template <class T, class Combine>
T fold_lanes(const T* x, Index n, T start, Combine combine) {
  return fold_terms(n, start, combine, [=](auto at) { return at(x); });
}

struct Plus {
  template <class P>
  P operator()(const P& x, const P& y) const {
    return x + y;
  }
};
struct Larger {
  template <class P>
  P operator()(const P& m, const P& x) const {
    return larger(m, x);
  }
};

// The larger of two numbers; a NaN may be passed over. For maxima whose NaN shows up elsewhere.
struct LargerNumber {
  template <class P>
  P operator()(const P& m, const P& x) const {
    return x > m ? x : m;
  }
};

// Σ x_k; claims Order::lanes, 64.
template <class T>
T sum_lanes(const T* x, Index n) {
  return fold_lanes(x, n, T(0), Plus{});
}
// Σ term k; claims Order::lanes, 64.
template <class T = float, class Term>
T sum_terms(Index n, Term term) {
  return fold_terms(n, T(0), Plus{}, term);
}
// max x_k, n ≥ 1
template <class T>
T max_lanes(const T* x, Index n) {
  return fold_lanes(x, n, -std::numeric_limits<T>::infinity(), Larger{});
}

}  // namespace plumbline::runtime
