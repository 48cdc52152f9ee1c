// Copies: full reshape permute concat slice slice_grad pad.
#include <cstring>
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 65536;
constexpr Index square = 16;  // side of the block in which a transpose is copied

template <class T>
void copy(const T* from, T* to, Index n) {
  if (n > 0) std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
}

// All of the output, n elements.
template <class T>
void fill(const KernelArgs& args, Index n, T value) {
  parallel_for(args.workers, n, elements_per_part, [&](Index begin, Index end, int) {
    std::fill(args.out.as<T>() + begin, args.out.as<T>() + end, value);
  });
}

// to[o·to_step + i] = from[o·from_step + i] for o < outer, i < length
struct Rows {
  Index outer, length, from_step, to_step;

  template <class T>
  void run(Workers& workers, const T* from, T* to) const {
    if (length == 0) return;
    if (outer == 1)
      return parallel_for(workers, length, elements_per_part,
                          [&](Index begin, Index end, int) { copy(from + begin, to + begin, end - begin); });
    parallel_for(workers, outer, std::max<Index>(1, elements_per_part / length), [&](Index begin, Index end, int) {
      for (Index o = begin; o < end; ++o) copy(from + o * from_step, to + o * to_step, length);
    });
  }
};

Index product(const Shape& shape, Index from, Index to) {
  Index n = 1;
  for (Index a = from; a < to; ++a) n *= shape[a];
  return n;
}

template <class T>
BoundKernel bind_full(const spec::Op& op, const Shapes&, const Shape& out) {
  BoundKernel bound;
  bound.run = [n = out.size(), value = static_cast<T>(attribute<double>(op, "value"))](const KernelArgs& args) {
    std::fill_n(args.out.as<T>(), n, value);
  };
  return bound;
}

template <class T>
BoundKernel bind_concat(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), out.rank());
  const Index outer = product(out, 0, axis), width = product(out, axis, out.rank());
  std::vector<Index> lengths;
  for (const Shape& s : in) lengths.push_back(product(s, axis, s.rank()));
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    T* to = args.out.as<T>();
    for (std::size_t i = 0; i < lengths.size(); to += lengths[i++])
      Rows{outer, lengths[i], lengths[i], width}.run(args.workers, args.in[i].as<T>(), to);
  };
  return bound;
}

// Along one axis: `count` places from `start` in steps, of rows of `inner` elements.
struct Range {
  Index outer, extent, start, step, count, inner;
};

Range range_of(const spec::Op& op, const Shape& whole, const Shape& part) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), whole.rank());
  Index start = attribute<Index>(op, "start");
  start = std::clamp<Index>(start < 0 ? start + whole[axis] : start, 0, whole[axis]);
  return {product(whole, 0, axis),      whole[axis], start,
          attribute<Index>(op, "step"), part[axis],  product(whole, axis + 1, whole.rank())};
}

template <class T>
BoundKernel bind_slice(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Range r = range_of(op, in[0], out);
  BoundKernel bound;
  bound.run = [r](const KernelArgs& args) {
    const T* from = args.in[0].as<T>() + r.start * r.inner;
    const Index row = r.extent * r.inner;
    if (r.step == 1)
      return Rows{r.outer, r.count * r.inner, row, r.count * r.inner}.run(args.workers, from, args.out.as<T>());
    for (Index k = 0; k < r.count; ++k)
      Rows{r.outer, r.inner, row, r.count * r.inner}.run(args.workers, from + k * r.step * r.inner,
                                                         args.out.as<T>() + k * r.inner);
  };
  return bound;
}

template <class T>
BoundKernel bind_slice_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Range r = range_of(op, out, in[0]);
  BoundKernel bound;
  bound.run = [r, n = out.size()](const KernelArgs& args) {
    fill(args, n, T(0));
    const Rows rows{r.outer, r.inner, r.count * r.inner, r.extent * r.inner};
    for (Index k = 0; k < r.count; ++k)
      rows.run(args.workers, args.in[0].as<T>() + k * r.inner, args.out.as<T>() + (r.start + k * r.step) * r.inner);
  };
  return bound;
}

template <class T>
BoundKernel bind_pad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Shape from = in[0];
  const auto padding = attribute<spec::Axes>(op, "padding");
  const Index length = from.rank() == 0 ? 1 : from.back(0), rows = length == 0 ? 0 : from.size() / length;
  const auto strides = out.strides();
  std::vector<Index> to(static_cast<std::size_t>(rows), 0);  // where each row of x goes
  for (Index r = 0; r < rows; ++r) {
    Index rest = r;
    for (Index a = from.rank(); a-- > 0;) {
      const auto k = static_cast<std::size_t>(a);
      const Index before = padding.size() == 1 ? padding[0] : padding[2 * k];
      const Index at = a == from.rank() - 1 ? 0 : rest % from[a];
      if (a != from.rank() - 1) rest /= from[a];
      to[static_cast<std::size_t>(r)] += (before + at) * strides[k];
    }
  }
  BoundKernel bound;
  bound.run = [=, n = out.size(), value = static_cast<T>(attribute<double>(op, "value"))](const KernelArgs& args) {
    fill(args, n, value);
    for (Index r = 0; r < rows; ++r)
      copy(args.in[0].as<T>() + r * length, args.out.as<T>() + to[static_cast<std::size_t>(r)], length);
  };
  return bound;
}

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

template <class T>
void copy_square(const Nest& nest, const T* x, T* y, Index rows) {
  const auto& [across, inner] = std::pair(nest.across, nest.inner);
  if (inner.from == 1) {
    for (Index r = 0; r < rows; ++r) copy(x + r * across.from, y + r * across.to, inner.extent);
    return;
  }
  for (Index i = 0; i < inner.extent; i += square)
    for (Index r = 0; r < rows; r += square)
      for (Index b = r; b < std::min(r + square, rows); ++b)
        for (Index a = i; a < std::min(i + square, inner.extent); ++a)
          y[b * across.to + a] = x[b * across.from + a * inner.from];
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
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const Index rows = std::min(nest.across.extent, Nest::across_per_part);
    const Index grain = std::max<Index>(1, elements_per_part / std::max<Index>(1, rows * nest.inner.extent));
    parallel_for(args.workers, outer * nest.blocks, grain, [&](Index begin, Index end, int) {
      for (Index p = begin; p < end; ++p) {
        const Index first = p % nest.blocks * Nest::across_per_part;
        Index from = first * nest.across.from, to = first * nest.across.to, rest = p / nest.blocks;
        for (std::size_t d = nest.outer.size(); d-- > 0; rest /= nest.outer[d].extent) {
          from += rest % nest.outer[d].extent * nest.outer[d].from;
          to += rest % nest.outer[d].extent * nest.outer[d].to;
        }
        copy_square(nest, args.in[0].as<T>() + from, args.out.as<T>() + to,
                    std::min(Nest::across_per_part, nest.across.extent - first));
      }
    });
  };
  return bound;
}

}  // namespace

void register_copies(KernelTable& table) {
  const auto add = [&](const char* op, const Bind& f32, const Bind& f64, Supports supports = {}) {
    table.add(op, std::string(op) + ".copy", claims(), f32, f64, std::move(supports));
  };
  add("full", bind_full<float>, bind_full<double>);
  const auto same = [](const spec::Op&, const Shapes&, const Shape&) {
    BoundKernel bound;
    bound.alias = true;
    return bound;
  };
  add("reshape", same, same);
  add("permute", bind_permute<float>, bind_permute<double>);
  add("concat", bind_concat<float>, bind_concat<double>);
  add("slice", bind_slice<float>, bind_slice<double>);
  add("slice_grad", bind_slice_grad<float>, bind_slice_grad<double>);
  add("pad", bind_pad<float>, bind_pad<double>,
      [](const spec::Op& op, const Shapes&) { return attribute<std::string>(op, "mode") == "constant"; });
}

}  // namespace plumbline::runtime
