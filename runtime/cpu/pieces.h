// Pieces of scratch, one after another, each on its own cache lines.
#pragma once

#include <utility>

#include "runtime/core/buffer.h"
#include "runtime/core/view.h"

namespace plumbline::runtime {

template <class T>
class Pieces {
 public:
  // Where the next piece begins, in bytes.
  std::size_t take(Index elements) {
    return std::exchange(bytes_, bytes_ + aligned(static_cast<std::size_t>(elements) * sizeof(T)));
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

}  // namespace plumbline::runtime
