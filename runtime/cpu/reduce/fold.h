// Reductions that fold elements in 64 lanes, and long rows in chunks of them.
#pragma once

#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/reduce/walk.h"
#include "runtime/cpu/wide.h"

namespace plumbline::runtime {

inline constexpr Index fold_work = 32768;  // elements that a part takes
inline constexpr Index fold_columns = 64;  // that are folded together where the innermost axis is kept

// A reduction that folds elements with `Combine` from a neutral start and finishes with `last(fold, n)`.
template <class T, class Combine, class Last>
struct Fold {
  using Element = T;
  T start;
  Combine combine;
  Last last;

  T row(const T* x, Index n) const { return fold_lanes(x, n, start, combine); }
  // Of n elements that were folded; a sum that has left the range of T is taken again, from each(i).
  template <class Each>
  T result(T folded, Index n, Each each) const {
    if constexpr (std::is_same_v<Combine, Plus>)
      if (!in_range(folded)) return static_cast<T>(last(wide_sum_of<T>(n, each), n));
    return last(folded, n);
  }

  // acc: 64 lanes of `fold_columns` each
  void block(const FibreWalk& walk, const T* x, Index width, T* acc, T* y) const {
    std::fill_n(acc, lanes * fold_columns, start);
    const Index n = static_cast<Index>(walk.folded.size());
    for (Index j = 0; j < n; ++j) {
      const T* row = x + walk.folded[static_cast<std::size_t>(j)];
      T* lane = acc + j % lanes * fold_columns;
#pragma GCC ivdep
      for (Index c = 0; c < width; ++c) lane[c] = combine(lane[c], row[c]);
    }
    for (Index half = lanes / 2; half > 0; half /= 2)
      for (Index l = 0; l < half && l + half < n; ++l)
        for (Index c = 0; c < fold_columns; ++c)
          acc[l * fold_columns + c] = combine(acc[l * fold_columns + c], acc[(l + half) * fold_columns + c]);
    for (Index c = 0; c < width; ++c)
      y[c] = result(acc[c], n, [=, &walk](Index j) { return x[walk.folded[static_cast<std::size_t>(j)] + c]; });
  }
};

// One long row in chunks: 64 lanes in each, then 64 lanes over the chunks.
template <class F>
void run_chunks(const F& fold, const FibreWalk& walk, const KernelArgs& args) {
  using T = F::Element;
  const Index n = walk.run, chunks = (n + chunk - 1) / chunk, rows = static_cast<Index>(walk.kept.size());
  auto* parts = args.shared<T>();
  args.workers.run(rows * chunks, [&](Index p, int) {
    const Index begin = p % chunks * chunk;
    const T* x = args.in[0].as<T>() + walk.kept[static_cast<std::size_t>(p / chunks)];
    parts[p] = fold.row(x + begin, std::min(chunk, n - begin));
  });
  for (Index r = 0; r < rows; ++r) {
    const T* x = args.in[0].as<T>() + walk.kept[static_cast<std::size_t>(r)];
    args.out.as<T>()[r] = fold.result(fold.row(parts + r * chunks, chunks), n, [=](Index i) { return x[i]; });
  }
}

template <class F>
void run_rows(const F& fold, const FibreWalk& walk, const KernelArgs& args) {
  using T = F::Element;
  const Index n = walk.length(), runs = static_cast<Index>(walk.folded.size());
  const Index grain = std::max<Index>(1, fold_work / std::max<Index>(1, n));
  parallel_for(args.workers, static_cast<Index>(walk.kept.size()), grain, [&](Index begin, Index end, int worker) {
    for (Index k = begin; k < end; ++k) {
      const T* x = args.in[0].as<T>() + walk.kept[static_cast<std::size_t>(k)];
      if (runs > 1) {
        T* together = args.local<T>(worker);
        for (Index j = 0; j < runs; ++j)
          std::copy_n(x + walk.folded[static_cast<std::size_t>(j)], walk.run, together + j * walk.run);
        x = together;
      }
      args.out.as<T>()[k] = fold.result(fold.row(x, n), n, [=](Index i) { return x[i]; });
    }
  });
}

template <class F>
void run_columns(const F& fold, const FibreWalk& walk, const KernelArgs& args) {
  using T = F::Element;
  const Index blocks = (walk.width + fold_columns - 1) / fold_columns, n = walk.length();
  const Index grain = std::max<Index>(1, fold_work / std::max<Index>(1, n * fold_columns));
  parallel_for(args.workers, static_cast<Index>(walk.kept.size()) * blocks, grain,
               [&](Index begin, Index end, int worker) {
                 for (Index p = begin; p < end; ++p) {
                   const Index k = p / blocks, c = p % blocks * fold_columns;
                   fold.block(walk, args.in[0].as<T>() + walk.kept[static_cast<std::size_t>(k)] + c,
                              std::min(fold_columns, walk.width - c), args.local<T>(worker),
                              args.out.as<T>() + k * walk.width + c);
                 }
               });
}

template <class F>
Bind reduction(F fold) {
  using T = F::Element;
  return [fold](const spec::Op& bound_op, const Shapes& in, const Shape& out) {
    BoundKernel bound;
    if (in[0].size() == 0) {
      bound.run = [fold, n = out.size()](const KernelArgs& args) {
        std::fill_n(args.out.as<T>(), n, fold.last(fold.start, 0));
      };
      return bound;
    }
    FibreWalk walk = walk_of(in[0], *spec::normal_axes(attribute<spec::Axes>(bound_op, "axes"), in[0].rank()));
    const Index rows = static_cast<Index>(walk.kept.size()), runs = static_cast<Index>(walk.folded.size());
    if (!walk.innermost_reduced) {
      bound.local_scratch = sizeof(T) * static_cast<std::size_t>(lanes * fold_columns);
      bound.run = [fold, walk](const KernelArgs& args) { run_columns(fold, walk, args); };
    } else if (runs == 1 && walk.run >= 4 * chunk && rows < 16) {
      bound.scratch = sizeof(T) * static_cast<std::size_t>(rows * ((walk.run + chunk - 1) / chunk));
      bound.run = [fold, walk](const KernelArgs& args) { run_chunks(fold, walk, args); };
    } else {
      bound.local_scratch = runs > 1 ? aligned(sizeof(T) * static_cast<std::size_t>(walk.length())) : 0;
      bound.run = [fold, walk](const KernelArgs& args) { run_rows(fold, walk, args); };
    }
    return bound;
  };
}

inline spec::Claims fold_claims() {
  spec::Claims c = claims(spec::Order::lanes, lanes);
  c.block = chunk;
  return c;
}

}  // namespace plumbline::runtime
