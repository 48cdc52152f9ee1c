// diagonal and its adjoint.
#include <algorithm>
#include <vector>

#include "runtime/cpu/shape/arrangement.h"

namespace plumbline::runtime {
namespace {

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

void register_diagonal(KernelTable& table) {
  table.add("diagonal", "diagonal.tables", claims(), bind_diagonal<float>, bind_diagonal<double>);
  table.add("diagonal_grad", "diagonal_grad.copy", claims(spec::Order::left), bind_diagonal_grad<float>,
            bind_diagonal_grad<double>);
}

}  // namespace plumbline::runtime
