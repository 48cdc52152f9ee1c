// index_select take_along_axis and their adjoints; stack triu tril, and a diagonal put back.
#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/cpu/along.h"
#include "runtime/core/attribute.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 65536;

Index axis_of(const spec::Op& op, const Shape& shape) {
  return *spec::normal_axis(attribute<Index>(op, "axis"), shape.rank());
}

template <class T>
void copy(const T* from, T* to, Index n) {
  if (n > 0) std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
}

// Row k of each block of y is row index_k of the block of x.
template <class T>
BoundKernel bind_index_select(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto x = around(in[0], axis_of(op, in[0]));
  const Index count = in[1][0], rows = out.size() == 0 ? 0 : x.outer * count;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const Index grain = std::max<Index>(1, elements_per_part / std::max<Index>(1, x.inner));
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
    const Index grain = std::max<Index>(1, elements_per_part / std::max<Index>(1, (x.n + count) * x.inner));
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

template <class T>
BoundKernel bind_stack(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto y = around(out, axis_of(op, out));
  const Index rows = in[0].size() == 0 ? 0 : y.outer * y.n;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, rows, std::max<Index>(1, elements_per_part / std::max<Index>(1, y.inner)),
                 [&](Index begin, Index end, int) {
                   for (Index r = begin; r < end; ++r)
                     copy(args.in[static_cast<std::size_t>(r % y.n)].as<T>() + r / y.n * y.inner,
                          args.out.as<T>() + r * y.inner, y.inner);
                 });
  };
  return bound;
}

// Row by row: the part of each row from, or up to, the diagonal.
template <class T, bool upper>
BoundKernel bind_triangle(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index diagonal = attribute<Index>(op, "diagonal"), rows = in[0].back(1), columns = in[0].back(0);
  const Index count = columns == 0 ? 0 : out.size() / columns;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, count, std::max<Index>(1, elements_per_part / std::max<Index>(1, columns)),
                 [&](Index begin, Index end, int) {
                   for (Index r = begin; r < end; ++r) {
                     const T* x = args.in[0].as<T>() + r * columns;
                     T* y = args.out.as<T>() + r * columns;
                     const Index reach = std::clamp<Index>(diagonal, -rows - 1, columns + 1);
                     const Index cut = std::clamp<Index>(r % rows + reach + (upper ? 0 : 1), 0, columns);
                     std::fill_n(upper ? y : y + cut, upper ? cut : columns - cut, T(0));
                     upper ? copy(x + cut, y + cut, columns - cut) : copy(x, y, cut);
                   }
                 });
  };
  return bound;
}

template <class T>
BoundKernel bind_diagonal_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index a = *spec::normal_axis(attribute<Index>(op, "axis1"), out.rank());
  const Index b = *spec::normal_axis(attribute<Index>(op, "axis2"), out.rank());
  const Index offset = attribute<Index>(op, "offset"), count = in[0].back(0);
  const auto strides = out.strides();
  const Index stride_a = strides[static_cast<std::size_t>(a)], stride_b = strides[static_cast<std::size_t>(b)];
  std::vector<Index> begins;  // where each diagonal begins
  for (Index r = 0; count > 0 && r < in[0].size() / count; ++r) {
    Index at = offset < 0 ? -offset * stride_a : offset * stride_b, rest = r;
    for (Index k = out.rank(); k-- > 0;)
      if (k != a && k != b) at += rest % out[k] * strides[static_cast<std::size_t>(k)], rest /= out[k];
    begins.push_back(at);
  }
  BoundKernel bound;
  bound.run = [=, size = out.size(), begins = std::move(begins)](const KernelArgs& args) {
    std::fill_n(args.out.as<T>(), size, T(0));
    const T* ct = args.in[0].as<T>();
    for (Index begin : begins)
      for (Index k = 0; k < count; ++k) args.out.as<T>()[begin + k * (stride_a + stride_b)] = *ct++;
  };
  return bound;
}

}  // namespace

void register_selecting(KernelTable& table) {
  const auto add = [&](const char* op, const char* how, Bind f32, Bind f64) {
    table.add(op, std::string(op) + how, claims(spec::Order::left), std::move(f32), std::move(f64));
  };
  add("index_select", ".copy", bind_index_select<float>, bind_index_select<double>);
  add("index_select_grad", ".rows", bind_index_select_grad<float>, bind_index_select_grad<double>);
  add("take_along_axis", ".copy", bind_take_along_axis<float>, bind_take_along_axis<double>);
  add("take_along_axis_grad", ".left", bind_take_along_axis_grad<float>, bind_take_along_axis_grad<double>);
  add("stack", ".copy", bind_stack<float>, bind_stack<double>);
  add("triu", ".rows", bind_triangle<float, true>, bind_triangle<double, true>);
  add("tril", ".rows", bind_triangle<float, false>, bind_triangle<double, false>);
  add("diagonal_grad", ".copy", bind_diagonal_grad<float>, bind_diagonal_grad<double>);
}

}  // namespace plumbline::runtime
