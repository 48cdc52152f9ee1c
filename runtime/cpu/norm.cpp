// layer_norm, rms_norm, group_norm, instance_norm and their gradients: slices that are contiguous.
#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"
#include "runtime/core/stream.h"
#include "runtime/cpu/slices.h"

namespace plumbline::runtime {
namespace {

// `count` slices of n elements; element i of all takes the weight (i / inner) mod parameters.
struct Rows {
  Index n, count, inner = 1, parameters = 1;
  double eps;
};

Rows last_axes(const spec::Op& op, const Shape& x) {
  const auto axes = attribute<spec::Axes>(op, "normalized_shape");
  const Index n = axes.empty() ? x.back(0) : Shape(axes).size();
  return {n, n == 0 ? 0 : x.size() / n, 1, n, attribute<double>(op, "eps")};
}

Rows groups_of(const spec::Op& op, const Shape& x, Index groups) {
  Index space = 1;
  for (Index a = 2; a < x.rank(); ++a) space *= x[a];
  const double eps = attribute<double>(op, "eps");
  if (x.size() == 0) return {0, 0, 1, 1, eps};
  return {x[1] / groups * space, x[0] * groups, space, x[1], eps};
}

// y = x̂ · w + b of slice r; w and b may be null.
template <bool centred, class T>
void normalise(const T* x, T* y, Index r, const Rows& s, const T* w, const T* b) {
  const T scale = centre<centred>(x, y, s.n, static_cast<T>(s.eps));
  const Index first = r * s.n / s.inner % s.parameters;
  if (w != nullptr) w += first;
  if (b != nullptr) b += first;
  if (s.inner == 1 || w == nullptr) return affine_each(y, s.n, scale, w, b);
  for (Index k = 0; k * s.inner < s.n; ++k)
    affine_run<T>(y + k * s.inner, s.inner, scale, w + k, b == nullptr ? nullptr : b + k);
}

template <bool centred, class T>
BoundKernel bind_rows(const Rows& s) {
  BoundKernel bound;
  bound.run = [s](const KernelArgs& args) {
    const T* w = args.in.size() > 1 ? args.in[1].as<T>() : nullptr;
    const T* b = args.in.size() > 2 ? args.in[2].as<T>() : nullptr;
    parallel_for(args.workers, s.count, std::max<Index>(1, slice_work / std::max<Index>(1, s.n)),
                 [&](Index begin, Index end, int) {
                   for (Index r = begin; r < end; ++r)
                     normalise<centred, T>(args.in[0].as<T>() + r * s.n, args.out.as<T>() + r * s.n, r, s, w, b);
                 });
  };
  return bound;
}

template <bool centred, class T>
BoundKernel bind_gradient(const Rows& s, Index size) {
  const bool streamed = 3 * size * static_cast<Index>(sizeof(T)) > cached_bytes;
  BoundKernel bound;
  bound.local_scratch = streamed ? aligned(sizeof(T) * static_cast<std::size_t>(s.n)) : 0;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, s.count, std::max<Index>(1, slice_work / std::max<Index>(1, s.n)),
                 [&](Index begin, Index end, int worker) {
                   for (Index r = begin; r < end; ++r) {
                     const Index at = r * s.n;
                     T *dx = args.out.as<T>() + at, *row = streamed ? args.local<T>(worker) : dx;
                     slice_gradient<centred, T>(args.in[0].as<T>() + at, args.in[1].as<T>() + at, row, s.n,
                                                static_cast<T>(s.eps));
                     if (streamed) stream_copy(row, dx, s.n);
                   }
                   if (streamed) stream_fence();
                 });
  };
  return bound;
}

template <bool centred, class T>
BoundKernel bind_last(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_rows<centred, T>(last_axes(op, in[0]));
}
template <bool centred, class T>
BoundKernel bind_last_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_gradient<centred, T>(last_axes(op, in[0]), in[0].size());
}
template <class T>
BoundKernel bind_group_norm(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_rows<true, T>(groups_of(op, in[0], attribute<Index>(op, "num_groups")));
}
template <class T>
BoundKernel bind_group_norm_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_gradient<true, T>(groups_of(op, in[0], attribute<Index>(op, "num_groups")), in[0].size());
}
template <class T>
BoundKernel bind_instance_norm(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_rows<true, T>(groups_of(op, in[0], in[0][1]));
}

}  // namespace

void register_norm(KernelTable& table) {
  const spec::Claims c = claims(spec::Order::lanes, lanes);
  const auto add = [&](const std::string& op, Bind f32, Bind f64) {
    table.add(op, op + ".two_pass", c, std::move(f32), std::move(f64));
  };
  add("layer_norm", bind_last<true, float>, bind_last<true, double>);
  add("layer_norm_grad", bind_last_grad<true, float>, bind_last_grad<true, double>);
  add("rms_norm", bind_last<false, float>, bind_last<false, double>);
  add("rms_norm_grad", bind_last_grad<false, float>, bind_last_grad<false, double>);
  add("group_norm", bind_group_norm<float>, bind_group_norm<double>);
  add("group_norm_grad", bind_group_norm_grad<float>, bind_group_norm_grad<double>);
  add("instance_norm", bind_instance_norm<float>, bind_instance_norm<double>);
}

}  // namespace plumbline::runtime
