// Outputs whose places are looked up in the input axis by axis.
#pragma once

#include <cstring>
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/cpu/shape/copy.h"

namespace plumbline::runtime {

// y[i_0, …, i_r] = x[Σ_a table_a(i_a)]: for each axis of y, the offset in x that each of its places adds.
class Arrangement {
 public:
  explicit Arrangement(const Shape& to) : to_(to) {}

  // The next axis of y: offset(i) for each of its places.
  template <class F>
  void axis(F&& offset) {
    std::vector<Index> table(static_cast<std::size_t>(to_[static_cast<Index>(tables_.size())]));
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = offset(static_cast<Index>(i));
    tables_.push_back(std::move(table));
  }

  template <class T>
  BoundKernel bind() {
    if (tables_.empty()) tables_.push_back({0});
    const std::vector<Index> last = std::move(tables_.back());
    tables_.pop_back();
    const Index width = static_cast<Index>(last.size()), rows = width == 0 ? 0 : to_.size() / width;
    bool together = true;
    for (Index i = 1; i < width; ++i) together &= last[static_cast<std::size_t>(i)] == last[0] + i;
    BoundKernel bound;
    bound.run = [tables = std::move(tables_), last, width, rows, together](const KernelArgs& args) {
      const Index grain = std::max<Index>(1, copy_work / std::max<Index>(1, width));
      parallel_for(args.workers, rows, grain, [&](Index begin, Index end, int) {
        for (Index r = begin; r < end; ++r) {
          Index from = 0, rest = r;
          for (std::size_t a = tables.size(); a-- > 0;) {
            const auto n = static_cast<Index>(tables[a].size());
            from += tables[a][static_cast<std::size_t>(rest % n)], rest /= n;
          }
          const T* x = args.in[0].as<T>() + from;
          T* y = args.out.as<T>() + r * width;
          if (together) std::memcpy(y, x + last[0], static_cast<std::size_t>(width) * sizeof(T));
          else
            for (Index i = 0; i < width; ++i) y[i] = x[last[static_cast<std::size_t>(i)]];
        }
      });
    };
    return bound;
  }

 private:
  Shape to_;
  std::vector<std::vector<Index>> tables_;
};

// y of x's rank whose place i along axis a is place(a, i) of x.
template <class T, class Place>
BoundKernel by_place(const Shape& from, const Shape& to, Place place) {
  const auto strides = from.strides();
  Arrangement y(to);
  for (Index a = 0; a < to.rank(); ++a)
    y.axis([&](Index i) { return to.size() == 0 ? 0 : place(a, i) * strides[static_cast<std::size_t>(a)]; });
  return y.bind<T>();
}

}  // namespace plumbline::runtime
