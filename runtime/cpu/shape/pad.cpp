// pad by a constant, by reflection or by edges, and its gradient.
#include <string>
#include <vector>

#include "runtime/cpu/shape/arrangement.h"

namespace plumbline::runtime {
namespace {

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

}  // namespace

void register_pad(KernelTable& table) {
  const Supports constant = [](const spec::Op& op, const Shapes&) {
    return attribute<std::string>(op, "mode") == "constant";
  };
  table.add("pad", "pad.copy", claims(), bind_pad<float>, bind_pad<double>, constant);
  table.add("pad", "pad.tables", claims(), bind_pad_around<float>, bind_pad_around<double>, std::not_fn(constant));
  table.add("pad_grad", "pad_grad.left", claims(spec::Order::left), bind_pad_grad<float>, bind_pad_grad<double>);
}

}  // namespace plumbline::runtime
