// permute, in square blocks; transpose of two axes.
#include <algorithm>
#include <vector>

#include "runtime/core/buffer.h"
#include "runtime/cpu/shape/arrangement.h"
#include "runtime/cpu/shape/transpose.h"

namespace plumbline::runtime {
namespace {

// y as a loop nest over merged axes; the innermost two are copied in square blocks where x runs across.
struct Nest {
  struct Dim {
    Index extent, from, to;  // steps in x and y
  };
  std::vector<Dim> outer;
  Dim across{1, 1, 1}, inner{1, 1, 1};  // inner: y is contiguous; across: x is, if inner.from is not 1
  Index blocks = 1;                     // of `across`, in parts

  static constexpr Index across_per_part = 64;
};

Nest nest_of(const Shape& x, const Shape& y, const spec::Axes& order) {
  const auto from = x.strides(), to = y.strides();
  std::vector<Nest::Dim> dims;
  for (Index k = 0; k < y.rank(); ++k) {
    const Nest::Dim d{y[k], from[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])],
                      to[static_cast<std::size_t>(k)]};
    if (d.extent == 1) continue;
    if (!dims.empty() && dims.back().from == d.from * d.extent)
      dims.back() = {dims.back().extent * d.extent, d.from, d.to};
    else dims.push_back(d);
  }
  Nest nest;
  if (!dims.empty()) nest.inner = dims.back(), dims.pop_back();
  const auto at = std::find_if(dims.begin(), dims.end(), [](const auto& d) { return d.from == 1; });
  if (at != dims.end()) nest.across = *at, dims.erase(at);
  else if (!dims.empty()) nest.across = dims.back(), dims.pop_back();
  nest.outer = dims;
  nest.blocks = (nest.across.extent + Nest::across_per_part - 1) / Nest::across_per_part;
  return nest;
}

// y[b][a] = x[b·across.from + a·inner.from] for `rows` rows b; where x runs across, in blocks.
template <class T, bool streamed>
void copy_square(const Nest& nest, const T* x, T* y, Index rows) {
  const auto& [across, inner] = std::pair(nest.across, nest.inner);
  if (inner.from == 1) {
    for (Index r = 0; r < rows; ++r) copy(x + r * across.from, y + r * across.to, inner.extent);
    return;
  }
  for (Index i = 0; i < inner.extent; i += side<T>)
    for (Index r = 0; r < rows; r += side<T>) {
      if (across.from == 1 && r + side<T> <= rows && i + side<T> <= inner.extent) {
        transpose_block<T, streamed>(x + r + i * inner.from, inner.from, y + r * across.to + i, across.to);
        continue;
      }
      for (Index b = r; b < std::min(r + side<T>, rows); ++b)
        for (Index a = i; a < std::min(i + side<T>, inner.extent); ++a)
          y[b * across.to + a] = x[b * across.from + a * inner.from];
    }
}

template <class T>
BoundKernel bind_permute(const spec::Op& op, const Shapes& in, const Shape& out) {
  auto order = attribute<spec::Axes>(op, "axes");
  if (order.empty())
    for (Index a = in[0].rank(); a-- > 0;) order.push_back(a);
  for (Index& a : order) a = *spec::normal_axis(a, in[0].rank());
  const Nest nest = nest_of(in[0], out, order);
  Index outer = out.size() == 0 ? 0 : 1;
  for (const auto& d : nest.outer) outer *= d.extent;
  const bool large = 2 * out.size() * static_cast<Index>(sizeof(T)) > cached_bytes && nest.across.to % side<T> == 0;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const bool streamed = large && reinterpret_cast<std::uintptr_t>(args.out.data) % alignment == 0;
    const Index rows = std::min(nest.across.extent, Nest::across_per_part);
    const Index grain = std::max<Index>(1, copy_work / std::max<Index>(1, rows * nest.inner.extent));
    parallel_for(args.workers, outer * nest.blocks, grain, [&](Index begin, Index end, int) {
      for (Index p = begin; p < end; ++p) {
        const Index first = p % nest.blocks * Nest::across_per_part;
        Index from = first * nest.across.from, to = first * nest.across.to, rest = p / nest.blocks;
        for (std::size_t d = nest.outer.size(); d-- > 0; rest /= nest.outer[d].extent) {
          from += rest % nest.outer[d].extent * nest.outer[d].from;
          to += rest % nest.outer[d].extent * nest.outer[d].to;
        }
        const Index count = std::min(Nest::across_per_part, nest.across.extent - first);
        if (streamed) copy_square<T, true>(nest, args.in[0].as<T>() + from, args.out.as<T>() + to, count);
        else copy_square<T, false>(nest, args.in[0].as<T>() + from, args.out.as<T>() + to, count);
      }
      if (streamed) stream_fence();
    });
  };
  return bound;
}

template <class T>
BoundKernel bind_transpose(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index a = *spec::normal_axis(attribute<Index>(op, "dim0"), out.rank());
  const Index b = *spec::normal_axis(attribute<Index>(op, "dim1"), out.rank());
  const auto strides = in[0].strides();
  Arrangement y(out);
  for (Index k = 0; k < out.rank(); ++k) {
    const Index stride = strides[static_cast<std::size_t>(k == a ? b : k == b ? a : k)];
    y.axis([=](Index i) { return i * stride; });
  }
  return y.bind<T>();
}

}  // namespace

void register_permute(KernelTable& table) {
  table.add("permute", "permute.copy", claims(), bind_permute<float>, bind_permute<double>);
  table.add("transpose", "transpose.tables", claims(), bind_transpose<float>, bind_transpose<double>);
}

}  // namespace plumbline::runtime
