// index_select and its adjoint. Indices were checked before the run.
#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"
#include "runtime/cpu/shape/copy.h"

namespace plumbline::runtime {
namespace {

Index axis_of(const spec::Op& op, const Shape& shape) {
  return *spec::normal_axis(attribute<Index>(op, "axis"), shape.rank());
}

// Row k of each block of y is row index_k of the block of x.
template <class T>
BoundKernel bind_index_select(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto x = around(in[0], axis_of(op, in[0]));
  const Index count = in[1][0], rows = out.size() == 0 ? 0 : x.outer * count;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const Index grain = std::max<Index>(1, copy_work / std::max<Index>(1, x.inner));
    parallel_for(args.workers, rows, grain, [&](Index begin, Index end, int) {
      for (Index r = begin; r < end; ++r)
        copy(args.in[0].as<T>() + (r / count * x.n + args.in[1].i64()[r % count]) * x.inner,
             args.out.as<T>() + r * x.inner, x.inner);
    });
  };
  return bound;
}

// Each block of x sums the rows of its block of ct, in order.
template <class T>
BoundKernel bind_index_select_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto x = around(out, axis_of(op, out));
  const Index count = in[0][0], outer = out.size() == 0 ? 0 : x.outer;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const Index grain = std::max<Index>(1, copy_work / std::max<Index>(1, (x.n + count) * x.inner));
    parallel_for(args.workers, outer, grain, [&](Index begin, Index end, int) {
      for (Index o = begin; o < end; ++o) {
        T* dx = args.out.as<T>() + o * x.n * x.inner;
        std::fill_n(dx, x.n * x.inner, T(0));
        for (Index k = 0; k < count; ++k) {
          const T* ct = args.in[1].as<T>() + (o * count + k) * x.inner;
          T* row = dx + args.in[0].i64()[k] * x.inner;
          for (Index i = 0; i < x.inner; ++i) row[i] += ct[i];
        }
      }
    });
  };
  return bound;
}

}  // namespace

void register_index_select(KernelTable& table) {
  const spec::Claims c = claims(spec::Order::left);
  table.add("index_select", "index_select.copy", c, bind_index_select<float>, bind_index_select<double>);
  table.add("index_select_grad", "index_select_grad.rows", c, bind_index_select_grad<float>,
            bind_index_select_grad<double>);
}

}  // namespace plumbline::runtime
