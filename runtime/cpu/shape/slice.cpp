// slice and its gradient.
#include "runtime/core/attribute.h"
#include "runtime/cpu/shape/copy.h"

namespace plumbline::runtime {
namespace {

// Along one axis: `count` places from `start` in steps, of rows of `inner` elements.
struct Range {
  Index outer, extent, start, step, count, inner;
};

Range range_of(const spec::Op& op, const Shape& whole, const Shape& part) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), whole.rank());
  Index start = attribute<Index>(op, "start");
  start = std::clamp<Index>(start < 0 ? start + whole[axis] : start, 0, whole[axis]);
  return {extents(whole, 0, axis),      whole[axis], start,
          attribute<Index>(op, "step"), part[axis],  extents(whole, axis + 1, whole.rank())};
}

template <class T>
BoundKernel bind_slice(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Range r = range_of(op, in[0], out);
  BoundKernel bound;
  bound.run = [r](const KernelArgs& args) {
    const T* from = args.in[0].as<T>() + r.start * r.inner;
    const Index row = r.extent * r.inner;
    if (r.step == 1)
      return CopyRows{r.outer, r.count * r.inner, row, r.count * r.inner}.run(args.workers, from, args.out.as<T>());
    for (Index k = 0; k < r.count; ++k)
      CopyRows{r.outer, r.inner, row, r.count * r.inner}.run(args.workers, from + k * r.step * r.inner,
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
    const CopyRows rows{r.outer, r.inner, r.count * r.inner, r.extent * r.inner};
    for (Index k = 0; k < r.count; ++k)
      rows.run(args.workers, args.in[0].as<T>() + k * r.inner, args.out.as<T>() + (r.start + k * r.step) * r.inner);
  };
  return bound;
}

}  // namespace

void register_slice(KernelTable& table) {
  table.add("slice", "slice.copy", claims(), bind_slice<float>, bind_slice<double>);
  table.add("slice_grad", "slice_grad.copy", claims(), bind_slice_grad<float>, bind_slice_grad<double>);
}

}  // namespace plumbline::runtime
