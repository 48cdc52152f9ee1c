// Where an element lies: the coordinates of a flat row-major index.
#pragma once

#include <vector>

#include "spec/lang/shape.h"

namespace plumbline::crosscheck {

// `[17, 23]`; empty for a scalar, and where the shape has no such element.
inline std::vector<spec::Index> coordinates(const spec::Shape& shape, spec::Index flat) {
  if (flat < 0 || flat >= shape.size()) return {};
  std::vector<spec::Index> at(static_cast<std::size_t>(shape.rank()));
  for (spec::Index a = shape.rank(); a-- > 0; flat /= shape[a]) at[static_cast<std::size_t>(a)] = flat % shape[a];
  return at;
}

}  // namespace plumbline::crosscheck
