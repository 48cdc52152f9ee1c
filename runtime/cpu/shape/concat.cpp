// concat, stack and split.
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"
#include "runtime/cpu/shape/arrangement.h"

namespace plumbline::runtime {
namespace {

template <class T>
BoundKernel bind_concat(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), out.rank());
  const Index outer = extents(out, 0, axis), width = extents(out, axis, out.rank());
  std::vector<Index> lengths;
  for (const Shape& s : in) lengths.push_back(extents(s, axis, s.rank()));
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    T* to = args.out.as<T>();
    for (std::size_t i = 0; i < lengths.size(); to += lengths[i++])
      CopyRows{outer, lengths[i], lengths[i], width}.run(args.workers, args.in[i].as<T>(), to);
  };
  return bound;
}

template <class T>
BoundKernel bind_stack(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto y = around(out, *spec::normal_axis(attribute<Index>(op, "axis"), out.rank()));
  const Index rows = in[0].size() == 0 ? 0 : y.outer * y.n;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, rows, std::max<Index>(1, copy_work / std::max<Index>(1, y.inner)),
                 [&](Index begin, Index end, int) {
                   for (Index r = begin; r < end; ++r)
                     copy(args.in[static_cast<std::size_t>(r % y.n)].as<T>() + r / y.n * y.inner,
                          args.out.as<T>() + r * y.inner, y.inner);
                 });
  };
  return bound;
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

}  // namespace

void register_concat(KernelTable& table) {
  table.add("concat", "concat.copy", claims(), bind_concat<float>, bind_concat<double>);
  table.add("stack", "stack.copy", claims(spec::Order::left), bind_stack<float>, bind_stack<double>);
  table.add("split", "split.tables", claims(), bind_split<float>, bind_split<double>);
}

}  // namespace plumbline::runtime
