// Copies: full reshape permute concat slice slice_grad pad.
#include <cstring>
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 65536;
constexpr Index square = 16;  // side of the block in which a transpose is copied

void copy(const float* from, float* to, Index n) {
  if (n > 0) std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
}

// to[o·to_step + i] = from[o·from_step + i] for o < outer, i < length
struct Rows {
  Index outer, length, from_step, to_step;

  void run(Workers& workers, const float* from, float* to) const {
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

BoundKernel bind_full(const spec::Op& op, const Shapes&, const Shape& out) {
  BoundKernel bound;
  bound.run = [n = out.size(), value = static_cast<float>(attribute<double>(op, "value"))](const KernelArgs& args) {
    std::fill_n(args.out.f32(), n, value);
  };
  return bound;
}

BoundKernel bind_concat(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), out.rank());
  const Index outer = product(out, 0, axis), width = product(out, axis, out.rank());
  std::vector<Index> lengths;
  for (const Shape& s : in) lengths.push_back(product(s, axis, s.rank()));
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    float* to = args.out.f32();
    for (std::size_t i = 0; i < lengths.size(); to += lengths[i++])
      Rows{outer, lengths[i], lengths[i], width}.run(args.workers, args.in[i].f32(), to);
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

BoundKernel bind_slice(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Range r = range_of(op, in[0], out);
  BoundKernel bound;
  bound.run = [r](const KernelArgs& args) {
    const float* from = args.in[0].f32() + r.start * r.inner;
    const Index row = r.extent * r.inner;
    if (r.step == 1)
      return Rows{r.outer, r.count * r.inner, row, r.count * r.inner}.run(args.workers, from, args.out.f32());
    for (Index k = 0; k < r.count; ++k)
      Rows{r.outer, r.inner, row, r.count * r.inner}.run(args.workers, from + k * r.step * r.inner,
                                                         args.out.f32() + k * r.inner);
  };
  return bound;
}

BoundKernel bind_slice_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Range r = range_of(op, out, in[0]);
  BoundKernel bound;
  bound.run = [r, n = out.size()](const KernelArgs& args) {
    parallel_for(args.workers, n, elements_per_part,
                 [&](Index begin, Index end, int) { std::fill(args.out.f32() + begin, args.out.f32() + end, 0.0f); });
    for (Index k = 0; k < r.count; ++k)
      Rows{r.outer, r.inner, r.count * r.inner, r.extent * r.inner}.run(args.workers, args.in[0].f32() + k * r.inner,
                                                                     args.out.f32() + (r.start + k * r.step) * r.inner);
  };
  return bound;
}

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
  bound.run = [=, n = out.size(), value = static_cast<float>(attribute<double>(op, "value"))](const KernelArgs& args) {
    parallel_for(args.workers, n, elements_per_part,
                 [&](Index begin, Index end, int) { std::fill(args.out.f32() + begin, args.out.f32() + end, value); });
    for (Index r = 0; r < rows; ++r)
      copy(args.in[0].f32() + r * length, args.out.f32() + to[static_cast<std::size_t>(r)], length);
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

void copy_square(const Nest& nest, const float* x, float* y, Index rows) {
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
        copy_square(nest, args.in[0].f32() + from, args.out.f32() + to,
                    std::min(Nest::across_per_part, nest.across.extent - first));
      }
    });
  };
  return bound;
}

}  // namespace

void register_copies(KernelTable& table) {
  const auto add = [&](const char* op, auto bind) {
    table.add({op, std::string(op) + ".copy", Device::cpu, DType::f32, claims(), false, {}, bind});
  };
  add("full", bind_full);
  add("reshape", [](const spec::Op&, const Shapes&, const Shape&) {
    BoundKernel bound;
    bound.alias = true;
    return bound;
  });
  add("permute", bind_permute);
  add("concat", bind_concat);
  add("slice", bind_slice);
  add("slice_grad", bind_slice_grad);
  add("pad", bind_pad);
}

}  // namespace plumbline::runtime
