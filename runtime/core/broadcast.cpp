// Merging of axes, and the walk in runs along the innermost one.
#include "runtime/core/broadcast.h"

#include <algorithm>

namespace plumbline::runtime {

Broadcast::Broadcast(const Shape& from, const Shape& to) : direct_(from == to) {
  if (direct_) return;
  const auto strides = from.strides();
  for (Index a = 0; a < to.rank(); ++a) {
    const Index own = a - (to.rank() - from.rank());
    const Index step = own < 0 || from[own] == 1 ? 0 : strides[static_cast<std::size_t>(own)];
    if (to[a] == 1) continue;
    const bool merges = !dims_.empty() && dims_.back().step == step * to[a];
    if (merges) dims_.back() = {dims_.back().extent * to[a], step};
    else dims_.push_back({to[a], step});
  }
  if (dims_.empty()) dims_.push_back({1, 1});
  if (dims_.back().step > 1) dims_.push_back({1, 1});
  direct_ = dims_.size() == 1 && dims_[0].step == 1;
}

void Broadcast::read(const void* src, std::size_t width, Index begin, Index n, void* dst) const {
  const auto as = [&]<class T>(T) { read(static_cast<const T*>(src), begin, n, static_cast<T*>(dst)); };
  if (width == 2) as(Half{});
  else if (width == 4) as(float{});
  else as(double{});
}

template <class T>
void Broadcast::read(const T* src, Index begin, Index n, T* dst) const {
  const auto [length, step] = dims_.back();
  Index row = begin / length, at = begin % length;
  while (n > 0) {
    Index offset = 0;
    for (std::size_t d = dims_.size() - 1, rest = static_cast<std::size_t>(row); d-- > 0;) {
      const auto extent = static_cast<std::size_t>(dims_[d].extent);
      offset += static_cast<Index>(rest % extent) * dims_[d].step;
      rest /= extent;
    }
    const Index run = std::min(n, length - at);
    if (step == 0) std::fill_n(dst, run, src[offset]);
    else std::copy_n(src + offset + at, run, dst);
    dst += run, n -= run, at = 0, ++row;
  }
}

}  // namespace plumbline::runtime
