// gather and scatter_add; take_along_axis and its adjoint. Indices were checked before the run.
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 65536;

Index axis_of(const spec::Op& op, const Shape& shape) {
  return *spec::normal_axis(attribute<Index>(op, "axis"), shape.rank());
}

// For each element of an index over the axes of x, the offset in x with the coordinate along `axis` left out.
struct Indexed {
  std::vector<Index> base;
  Index stride;
};

Indexed indexed(const spec::Op& op, const Shape& x, const Shape& index) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), x.rank());
  const auto strides = x.strides(), steps = index.strides();
  Indexed out{std::vector<Index>(static_cast<std::size_t>(index.size()), 0), strides[static_cast<std::size_t>(axis)]};
  for (Index i = 0; i < index.size(); ++i)
    for (Index a = 0; a < x.rank(); ++a)
      if (a != axis)
        out.base[static_cast<std::size_t>(i)] +=
            i / steps[static_cast<std::size_t>(a)] % index[a] * strides[static_cast<std::size_t>(a)];
  return out;
}

template <class T>
BoundKernel bind_gather(const spec::Op& op, const Shapes& in, const Shape& out) {
  BoundKernel bound;
  bound.run = [n = out.size(), at = indexed(op, in[0], in[1])](const KernelArgs& args) {
    for (Index i = 0; i < n; ++i)
      args.out.as<T>()[i] = args.in[0].as<T>()[at.base[static_cast<std::size_t>(i)] + args.in[1].i64()[i] * at.stride];
  };
  return bound;
}

template <class T>
BoundKernel bind_scatter_add(const spec::Op& op, const Shapes& in, const Shape& out) {
  BoundKernel bound;
  bound.run = [n = in[1].size(), size = out.size(), at = indexed(op, in[0], in[1])](const KernelArgs& args) {
    std::copy_n(args.in[0].as<T>(), size, args.out.as<T>());
    for (Index i = 0; i < n; ++i)
      args.out.as<T>()[at.base[static_cast<std::size_t>(i)] + args.in[1].i64()[i] * at.stride] += args.in[2].as<T>()[i];
  };
  return bound;
}

// For each element of `shape`: the entry of the index that broadcasts to it, and where it lies in x apart from the
// coordinate along the axis, whose step in x is `stride`.
struct Taken {
  std::vector<Index> entry, base;
  Index stride;
};

Taken taken(const Shape& shape, const Shape& index, const Shape& x, Index axis) {
  Taken out{spec::broadcast_offsets(index, shape), {}, x.strides()[static_cast<std::size_t>(axis)]};
  Shape start = x;  // one place of x along the axis, broadcast to shape
  start[axis] = 1;
  const auto compact = spec::broadcast_offsets(start, shape);
  const Index inner = around(x, axis).inner;
  out.base.reserve(compact.size());
  for (Index i : compact) out.base.push_back(i / inner * inner * x[axis] + i % inner);
  return out;
}

template <class T>
BoundKernel bind_take_along_axis(const spec::Op& op, const Shapes& in, const Shape& out) {
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (out.size() == 0) return bound;
  bound.run = [n = out.size(), from = taken(out, in[1], in[0], axis_of(op, in[0]))](const KernelArgs& args) {
    parallel_for(args.workers, n, elements_per_part, [&](Index begin, Index end, int) {
      for (Index i = begin; i < end; ++i) {
        const auto k = static_cast<std::size_t>(i);
        args.out.as<T>()[i] = args.in[0].as<T>()[from.base[k] + args.in[1].i64()[from.entry[k]] * from.stride];
      }
    });
  };
  return bound;
}

template <class T>
BoundKernel bind_take_along_axis_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  BoundKernel bound;
  bound.run = [size = out.size()](const KernelArgs& args) { std::fill_n(args.out.as<T>(), size, T(0)); };
  if (in[1].size() == 0 || out.size() == 0) return bound;
  bound.run = [n = in[1].size(), size = out.size(),
               to = taken(in[1], in[0], out, axis_of(op, out))](const KernelArgs& args) {
    std::fill_n(args.out.as<T>(), size, T(0));
    for (Index i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      args.out.as<T>()[to.base[k] + args.in[0].i64()[to.entry[k]] * to.stride] += args.in[1].as<T>()[i];
    }
  };
  return bound;
}

}  // namespace

void register_gather(KernelTable& table) {
  const spec::Claims c = claims(spec::Order::left);
  table.add("gather", "gather.copy", c, bind_gather<float>, bind_gather<double>);
  table.add("scatter_add", "scatter_add.left", c, bind_scatter_add<float>, bind_scatter_add<double>);
  table.add("take_along_axis", "take_along_axis.copy", c, bind_take_along_axis<float>, bind_take_along_axis<double>);
  table.add("take_along_axis_grad", "take_along_axis_grad.left", c, bind_take_along_axis_grad<float>,
            bind_take_along_axis_grad<double>);
}

}  // namespace plumbline::runtime
