// The elements of an operand as a larger shape sees them, in runs.
#pragma once

#include <vector>

#include "runtime/core/view.h"

namespace plumbline::runtime {

// Reads an operand of shape `from` broadcast to `to`, both fixed. Axes that can be walked as one are merged.
class Broadcast {
 public:
  Broadcast(const Shape& from, const Shape& to);
  // The operand has the very elements of the result, in order.
  bool direct() const { return direct_; }
  // dst[i] = element begin + i of the broadcast operand, i < n; elements of `width` bytes, 2, 4 or 8.
  void read(const void* src, std::size_t width, Index begin, Index n, void* dst) const;

 private:
  template <class T>
  void read(const T* src, Index begin, Index n, T* dst) const;
  struct Dim {
    Index extent, step;  // step: elements of the operand; 0 where it is repeated
  };
  std::vector<Dim> dims_;  // outermost first; the last has step 0 or 1; of an operand of another shape
  bool direct_ = false;
};

}  // namespace plumbline::runtime
