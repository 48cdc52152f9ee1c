// Kernels of ops that work fibre by fibre along one axis: fibres that are not rows are brought into rows first.
#pragma once

#include <algorithm>
#include <array>

#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {

// A shape as [outer, n, inner] around an axis.
struct Around {
  Index outer = 1, n = 1, inner = 1;
};

inline Around around(const Shape& shape, Index axis) {
  Around s;
  s.n = shape[axis];
  for (Index a = 0; a < axis; ++a) s.outer *= shape[a];
  for (Index a = axis + 1; a < shape.rank(); ++a) s.inner *= shape[a];
  return s;
}

// f(rows of the `inputs` operands, row of y, n) for each fibre; all operands and y have one shape.
template <class T, std::size_t inputs, class F>
BoundKernel along(const Shape& shape, Index axis, F f) {
  constexpr Index work_per_part = 16384;
  constexpr Index together = 16;  // fibres that are brought into rows at a time
  const auto [outer, n, inner] = around(shape, axis);
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (shape.size() == 0) return bound;
  if (inner == 1) {
    bound.run = [=](const KernelArgs& args) {
      parallel_for(args.workers, outer, std::max<Index>(1, work_per_part / n), [&](Index begin, Index end, int) {
        for (Index r = begin; r < end; ++r) {
          std::array<const T*, inputs> x;
          for (std::size_t k = 0; k < inputs; ++k) x[k] = args.in[k].template as<T>() + r * n;
          f(x, args.out.as<T>() + r * n, n);
        }
      });
    };
    return bound;
  }
  const Index blocks = (inner + together - 1) / together;
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(together * n) * (inputs + 1));
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, outer * blocks, std::max<Index>(1, work_per_part / (n * together)),
                 [&](Index begin, Index end, int worker) {
                   T* to = args.local<T>(worker);
                   for (Index p = begin; p < end; ++p) {
                     const Index at = p / blocks * n * inner + p % blocks * together,
                                 width = std::min(together, inner - p % blocks * together);
                     std::array<T*, inputs> from;
                     for (std::size_t k = 0; k < inputs; ++k) {
                       from[k] = to + static_cast<Index>(k + 1) * together * n;
                       const T* x = args.in[k].template as<T>() + at;
                       for (Index i = 0; i < n; ++i)
                         for (Index c = 0; c < width; ++c) from[k][c * n + i] = x[i * inner + c];
                     }
                     for (Index c = 0; c < width; ++c) {
                       std::array<const T*, inputs> x;
                       for (std::size_t k = 0; k < inputs; ++k) x[k] = from[k] + c * n;
                       f(x, to + c * n, n);
                     }
                     T* y = args.out.as<T>() + at;
                     for (Index i = 0; i < n; ++i)
                       for (Index c = 0; c < width; ++c) y[i * inner + c] = to[c * n + i];
                   }
                 });
  };
  return bound;
}

}  // namespace plumbline::runtime
