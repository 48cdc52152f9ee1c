// flip roll tile repeat_interleave
#include <algorithm>
#include <vector>

#include "runtime/cpu/shape/arrangement.h"

namespace plumbline::runtime {
namespace {

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

}  // namespace

void register_flip(KernelTable& table) {
  table.add("flip", "flip.tables", claims(), bind_flip<float>, bind_flip<double>);
  table.add("roll", "roll.tables", claims(), bind_roll<float>, bind_roll<double>);
  table.add("tile", "tile.tables", claims(), bind_tile<float>, bind_tile<double>);
  table.add("repeat_interleave", "repeat_interleave.tables", claims(), bind_repeat_interleave<float>,
            bind_repeat_interleave<double>);
}

}  // namespace plumbline::runtime
