// Reductions over any set of axes that look at a whole fibre at once: y = f(the fibre as a row, its length).
#pragma once

#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {

// Binds y = f(T* row, Index n) for each fibre of x along the axes of the attribute `axes`. Where `writes`, f may change
// the row; else rows that lie together in x are read in place, as const T*.
template <class T, bool writes = false, class F>
BoundKernel over_fibres(const spec::Op& op, std::string_view axes, const Shape& in, const Shape& out, F f) {
  constexpr Index work_per_part = 16384;
  constexpr Index together = 16;  // neighbouring fibres that are brought into rows at a time
  BoundKernel bound;
  if (in.size() == 0) {
    bound.run = [f, n = out.size()](const KernelArgs& args) {
      if (n > 0) std::fill_n(args.out.as<T>(), n, f(static_cast<T*>(nullptr), 0));
    };
    return bound;
  }
  const spec::Fibres fibre = spec::fibres(in, *spec::normal_axes(attribute<spec::Axes>(op, axes), in.rank()));
  const Index n = fibre.length();
  const bool contiguous = fibre.step.back() == n - 1;
  const Index grain = std::max<Index>(1, work_per_part / n);
  if (contiguous && !writes) {
    bound.run = [f, fibre, n, grain](const KernelArgs& args) {
      parallel_for(args.workers, fibre.count(), grain, [&](Index begin, Index end, int) {
        for (Index o = begin; o < end; ++o)
          args.out.as<T>()[o] = f(args.in[0].as<T>() + fibre.start[static_cast<std::size_t>(o)], n);
      });
    };
    return bound;
  }
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(n * together));
  bound.run = [f, fibre, n, grain](const KernelArgs& args) {
    parallel_for(args.workers, fibre.count(), grain, [&](Index begin, Index end, int worker) {
      T* rows = args.local<T>(worker);
      for (Index o = begin, width; o < end; o += width) {
        const Index* start = fibre.start.data() + o;
        for (width = 1; width < together && o + width < end && start[width] == start[0] + width;) ++width;
        const T* x = args.in[0].as<T>() + start[0];
        for (Index k = 0; k < n; ++k)
          for (Index c = 0; c < width; ++c) rows[c * n + k] = x[fibre.step[static_cast<std::size_t>(k)] + c];
        for (Index c = 0; c < width; ++c) args.out.as<T>()[o + c] = f(rows + c * n, n);
      }
    });
  };
  return bound;
}

}  // namespace plumbline::runtime
