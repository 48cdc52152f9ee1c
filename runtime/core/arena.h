// Where buffers lie in one block of memory, given when each is written first and read last.
#pragma once

#include <cstddef>
#include <vector>

namespace plumbline::runtime {

struct Lifetime {
  std::size_t bytes = 0;
  int first = 0, last = 0;  // steps, inclusive; by ascending `first`
};

struct Layout {
  std::vector<std::size_t> offsets;
  std::size_t bytes = 0;
};

// Buffers whose lifetimes overlap do not overlap in memory. Best fit among the free gaps; O(n log n).
Layout lay_out(const std::vector<Lifetime>& buffers);

}  // namespace plumbline::runtime
