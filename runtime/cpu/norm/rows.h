// Normalisations whose slices are contiguous rows, and their gradients.
#pragma once

#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"
#include "runtime/core/stream.h"
#include "runtime/cpu/norm/slices.h"

namespace plumbline::runtime {

// `count` slices of n elements; element i of all takes the weight (i / inner) mod parameters.
struct NormRows {
  Index n, count, inner = 1, parameters = 1;
  double eps;
};

// y = x̂ · w + b in the wider type.
template <bool centred, class T>
void normalise_again(const T* x, T* y, Index first, const NormRows& s, const T* w, const T* b) {
  const WideSlice<centred, T> slice(x, s.n, s.eps);
  for (Index i = 0; i < s.n; ++i) {
    const Index k = first + i / s.inner;
    y[i] = static_cast<T>(slice(x[i]) * (w == nullptr ? T(1) : w[k]) + (b == nullptr ? T(0) : b[k]));
  }
}

// y = x̂ · w + b of slice r; w and b may be null.
template <bool centred, class T>
void normalise(const T* x, T* y, Index r, const NormRows& s, const T* w, const T* b, bool moderate) {
  const auto [scale, sound] = centre<centred>(x, y, s.n, s.eps);
  const Index first = r * s.n / s.inner % s.parameters;
  if (!sound || !moderate) return normalise_again<centred>(x, y, first, s, w, b);
  if (w != nullptr) w += first;
  if (b != nullptr) b += first;
  if (s.inner == 1 || w == nullptr) return affine_each(y, s.n, scale, w, b);
  for (Index k = 0; k * s.inner < s.n; ++k)
    affine_run<T>(y + k * s.inner, s.inner, scale, w + k, b == nullptr ? nullptr : b + k);
}

template <bool centred, class T>
BoundKernel bind_rows(const NormRows& s) {
  BoundKernel bound;
  bound.run = [s](const KernelArgs& args) {
    const T* w = args.in.size() > 1 ? args.in[1].as<T>() : nullptr;
    const T* b = args.in.size() > 2 ? args.in[2].as<T>() : nullptr;
    const bool moderate = moderate_weights(w, s.parameters) && moderate_weights(b, s.parameters);
    parallel_for(args.workers, s.count, std::max<Index>(1, slice_work / std::max<Index>(1, s.n)),
                 [&](Index begin, Index end, int) {
                   for (Index r = begin; r < end; ++r)
                     normalise<centred, T>(args.in[0].as<T>() + r * s.n, args.out.as<T>() + r * s.n, r, s, w, b,
                                           moderate);
                 });
  };
  return bound;
}

template <bool centred, class T>
BoundKernel bind_gradient(const NormRows& s, Index size) {
  const bool streamed = 3 * size * static_cast<Index>(sizeof(T)) > cached_bytes;
  BoundKernel bound;
  bound.local_scratch = streamed ? aligned(sizeof(T) * static_cast<std::size_t>(s.n)) : 0;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, s.count, std::max<Index>(1, slice_work / std::max<Index>(1, s.n)),
                 [&](Index begin, Index end, int worker) {
                   for (Index r = begin; r < end; ++r) {
                     const Index at = r * s.n;
                     T *dx = args.out.as<T>() + at, *row = streamed ? args.local<T>(worker) : dx;
                     const T *x = args.in[0].as<T>() + at, *g = args.in[1].as<T>() + at;
                     if (!slice_gradient<centred, T>(x, g, row, s.n, s.eps))
                       wide_slice_gradient<centred, T>(x, g, row, s.n, s.eps);
                     if (streamed) stream_copy(row, dx, s.n);
                   }
                   if (streamed) stream_fence();
                 });
  };
  return bound;
}

inline spec::Claims norm_claims() { return without_overflow(claims(spec::Order::lanes, lanes)); }

}  // namespace plumbline::runtime
