// Fibres of any set of axes: where each begins, and its elements.
#pragma once

#include <algorithm>
#include <vector>

#include "runtime/core/view.h"

namespace plumbline::runtime {

// Element (j, i) of fibre (k, c) lies at kept[k] + folded[j] + i, i < run, where the innermost axis is reduced; and at
// kept[k] + c + folded[j], c < width, where it is kept.
struct FibreWalk {
  std::vector<Index> kept{0}, folded{0};
  Index run = 1, width = 1;
  bool innermost_reduced = true;

  Index length() const { return static_cast<Index>(folded.size()) * run; }
  Index fibres() const { return static_cast<Index>(kept.size()) * width; }
};

inline FibreWalk walk_of(const Shape& shape, const spec::Axes& axes) {
  struct Dim {
    Index extent, stride;
    bool reduced;
  };
  std::vector<Dim> dims;
  const auto strides = shape.strides();
  for (Index a = 0; a < shape.rank(); ++a) {
    const bool reduced = std::binary_search(axes.begin(), axes.end(), a);
    if (shape[a] == 1) continue;
    if (!dims.empty() && dims.back().reduced == reduced) {
      dims.back().extent *= shape[a];
      dims.back().stride = strides[static_cast<std::size_t>(a)];
    } else {
      dims.push_back({shape[a], strides[static_cast<std::size_t>(a)], reduced});
    }
  }
  FibreWalk walk;
  if (!dims.empty()) {
    walk.innermost_reduced = dims.back().reduced;
    (walk.innermost_reduced ? walk.run : walk.width) = dims.back().extent;
    dims.pop_back();
  }
  for (const Dim& d : dims) {
    auto& list = d.reduced ? walk.folded : walk.kept;
    std::vector<Index> next;
    next.reserve(list.size() * static_cast<std::size_t>(d.extent));
    for (Index base : list)
      for (Index i = 0; i < d.extent; ++i) next.push_back(base + i * d.stride);
    list = std::move(next);
  }
  return walk;
}

}  // namespace plumbline::runtime
