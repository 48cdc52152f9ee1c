// flip roll tile repeat_interleave transpose split diagonal, pad by reflection or edges: places looked up axis by axis.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 65536;

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
      const Index grain = std::max<Index>(1, elements_per_part / std::max<Index>(1, width));
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

template <class T>
BoundKernel bind_flip(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto axes = *spec::normal_axes(attribute<spec::Axes>(op, "axes"), in[0].rank());
  return by_place<T>(in[0], out, [&](Index a, Index i) {
    return std::find(axes.begin(), axes.end(), a) == axes.end() ? i : out[a] - 1 - i;
  });
}

template <class T>
BoundKernel bind_roll(const spec::Op& op, const Shapes& in, const Shape&) {
  const auto axes = attribute<spec::Axes>(op, "axis"), shift = attribute<spec::Axes>(op, "shift");
  const Shape shape = axes.empty() ? Shape{in[0].size()} : in[0];
  std::vector<Index> back(static_cast<std::size_t>(shape.rank()), 0);  // how far each axis looks back
  for (std::size_t k = 0; k < shift.size(); ++k) {
    const Index a = axes.empty() ? 0 : *spec::normal_axis(axes[k], shape.rank());
    Index& steps = back[static_cast<std::size_t>(a)];
    if (shape[a] > 0) steps = (steps + shift[k] % shape[a]) % shape[a];
  }
  return by_place<T>(shape, shape, [&](Index a, Index i) {
    const Index at = (i - back[static_cast<std::size_t>(a)]) % shape[a];
    return at < 0 ? at + shape[a] : at;
  });
}

template <class T>
BoundKernel bind_tile(const spec::Op&, const Shapes& in, const Shape& out) {
  auto dims = in[0].dims();
  dims.insert(dims.begin(), static_cast<std::size_t>(out.rank() - in[0].rank()), 1);
  const Shape from(dims);
  return by_place<T>(from, out, [&](Index a, Index i) { return i % from[a]; });
}

template <class T>
BoundKernel bind_repeat_interleave(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto axis = attribute<spec::Axes>(op, "axis");
  const Index repeats = attribute<Index>(op, "repeats");
  const Shape from = axis.empty() ? Shape{in[0].size()} : in[0];
  const Index repeated = axis.empty() ? 0 : *spec::normal_axis(axis[0], from.rank());
  return by_place<T>(from, out, [&](Index a, Index i) { return a == repeated ? i / repeats : i; });
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

template <class T>
BoundKernel bind_split(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), out.rank());
  const Index index = attribute<Index>(op, "index");
  const auto sizes = attribute<spec::Axes>(op, "sizes");
  Index before = sizes.empty() ? index * out[axis] : 0;
  for (Index k = 0; k < index && !sizes.empty(); ++k) before += sizes[static_cast<std::size_t>(k)];
  return by_place<T>(in[0], out, [=](Index a, Index i) { return a == axis ? i + before : i; });
}

template <class T>
BoundKernel bind_diagonal(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index a = *spec::normal_axis(attribute<Index>(op, "axis1"), in[0].rank());
  const Index b = *spec::normal_axis(attribute<Index>(op, "axis2"), in[0].rank());
  const Index offset = attribute<Index>(op, "offset");
  const auto strides = in[0].strides();
  const auto stride = [&](Index axis) { return strides[static_cast<std::size_t>(axis)]; };
  Arrangement y(out);
  for (Index k = 0; k < in[0].rank(); ++k)
    if (k != a && k != b) y.axis([&](Index i) { return i * stride(k); });
  y.axis([&](Index i) { return offset < 0 ? (i - offset) * stride(a) + i * stride(b)
                                          : i * stride(a) + (i + offset) * stride(b); });
  return y.bind<T>();
}

// The mirror image or the edge where y reaches beyond x.
template <class T>
BoundKernel bind_pad_around(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto padding = attribute<spec::Axes>(op, "padding");
  const bool mirror = attribute<std::string>(op, "mode") == "reflect";
  return by_place<T>(in[0], out, [&](Index a, Index i) {
    const Index before = padding.size() == 1 ? padding[0] : padding[static_cast<std::size_t>(2 * a)];
    const Index last = in[0][a] - 1, k = i - before;
    if (mirror) return k < 0 ? -k : std::min(k, 2 * last - k);
    return std::clamp<Index>(k, 0, last);
  });
}

// The cotangents of all places that read an element, added in order.
template <class T>
BoundKernel bind_pad_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto padding = attribute<spec::Axes>(op, "padding");
  const auto mode = attribute<std::string>(op, "mode");
  const auto strides = out.strides();
  std::vector<std::vector<Index>> tables;  // for each axis of ct, the offset in x of each of its places; −1: none
  for (Index a = 0; a < out.rank(); ++a) {
    const Index before = padding.size() == 1 ? padding[0] : padding[static_cast<std::size_t>(2 * a)];
    auto& table = tables.emplace_back();
    for (Index i = 0; i < in[0][a]; ++i) {
      Index k = i - before;
      const bool outside = k < 0 || k >= out[a];
      if (outside && mode == "reflect") k = k < 0 ? -k : 2 * (out[a] - 1) - k;
      if (outside && mode == "replicate") k = k < 0 ? 0 : out[a] - 1;
      table.push_back(outside && mode == "constant" ? -1 : k * strides[static_cast<std::size_t>(a)]);
    }
  }
  BoundKernel bound;
  bound.run = [tables = std::move(tables), n = in[0].size(), size = out.size()](const KernelArgs& args) {
    std::fill_n(args.out.as<T>(), size, T(0));
    for (Index i = 0; i < n; ++i) {
      Index at = 0, rest = i;
      for (std::size_t a = tables.size(); a-- > 0 && at >= 0;) {
        const auto extent = static_cast<Index>(tables[a].size());
        const Index offset = tables[a][static_cast<std::size_t>(rest % extent)];
        at = offset < 0 ? -1 : at + offset, rest /= extent;
      }
      if (at >= 0) args.out.as<T>()[at] += args.in[0].as<T>()[i];
    }
  };
  return bound;
}

BoundKernel same_elements(const spec::Op&, const Shapes&, const Shape&) {
  BoundKernel bound;
  bound.alias = true;
  return bound;
}

}  // namespace

void register_arranging(KernelTable& table) {
  const auto add = [&](const char* op, Bind f32, Bind f64, Supports supports = {}) {
    table.add(op, std::string(op) + ".tables", claims(), std::move(f32), std::move(f64), std::move(supports));
  };
  add("flip", bind_flip<float>, bind_flip<double>);
  add("roll", bind_roll<float>, bind_roll<double>);
  add("tile", bind_tile<float>, bind_tile<double>);
  add("repeat_interleave", bind_repeat_interleave<float>, bind_repeat_interleave<double>);
  add("transpose", bind_transpose<float>, bind_transpose<double>);
  add("split", bind_split<float>, bind_split<double>);
  add("diagonal", bind_diagonal<float>, bind_diagonal<double>);
  add("pad", bind_pad_around<float>, bind_pad_around<double>, [](const spec::Op& op, const Shapes&) {
    return attribute<std::string>(op, "mode") != "constant";
  });
  table.add("pad_grad", "pad_grad.left", claims(spec::Order::left), bind_pad_grad<float>, bind_pad_grad<double>);
  for (const char* op : {"expand_dims", "squeeze", "flatten"})
    table.add(op, std::string(op) + ".copy", claims(), same_elements, same_elements);
}

}  // namespace plumbline::runtime
