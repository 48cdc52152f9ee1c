// Rows of elements that are copied whole.
#pragma once

#include <algorithm>
#include <cstring>

#include "runtime/core/kernel.h"

namespace plumbline::runtime {

inline constexpr Index copy_work = 65536;  // elements that a part copies

template <class T>
void copy(const T* from, T* to, Index n) {
  if (n > 0) std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
}

// All of the output, n elements.
template <class T>
void fill(const KernelArgs& args, Index n, T value) {
  parallel_for(args.workers, n, copy_work, [&](Index begin, Index end, int) {
    std::fill(args.out.as<T>() + begin, args.out.as<T>() + end, value);
  });
}

// to[o·to_step + i] = from[o·from_step + i] for o < outer, i < length
struct CopyRows {
  Index outer, length, from_step, to_step;

  template <class T>
  void run(Workers& workers, const T* from, T* to) const {
    if (length == 0) return;
    if (outer == 1)
      return parallel_for(workers, length, copy_work,
                          [&](Index begin, Index end, int) { copy(from + begin, to + begin, end - begin); });
    parallel_for(workers, outer, std::max<Index>(1, copy_work / length), [&](Index begin, Index end, int) {
      for (Index o = begin; o < end; ++o) copy(from + o * from_step, to + o * to_step, length);
    });
  }
};

inline Index extents(const Shape& shape, Index from, Index to) {
  Index n = 1;
  for (Index a = from; a < to; ++a) n *= shape[a];
  return n;
}

}  // namespace plumbline::runtime
