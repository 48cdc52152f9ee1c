// layer_norm and its gradient over the last axes, in two passes.
#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"
#include "runtime/core/stream.h"
#include "runtime/cpu/lanes.h"

namespace plumbline::runtime {
namespace {

constexpr Index work_per_part = 16384;

struct Slices {
  Index n, count;  // elements of a slice, slices
  float eps;
};

Slices slices_of(const spec::Op& op, const Shape& x) {
  const auto axes = attribute<spec::Axes>(op, "normalized_shape");
  const Index n = axes.empty() ? x.back(0) : Shape(axes).size();
  return {n, n == 0 ? 0 : x.size() / n, static_cast<float>(attribute<double>(op, "eps"))};
}

// y = x − mean; returns 1 / √(variance + eps).
float centre(const float* x, float* y, Index n, float eps) {
  const float mean = sum_lanes(x, n) / static_cast<float>(n);
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) y[i] = x[i] - mean;
  const float variance = sum_terms(n, [=](auto at) { return at(y) * at(y); }) / static_cast<float>(n);
  return 1.0f / __builtin_sqrtf(variance + eps);
}

// y = (x − μ)·(1/σ) · w + b; w and b may be null.
void normalise(const float* x, const float* w, const float* b, float* y, Index n, float eps) {
  const float scale = centre(x, y, n, eps);
  if (w == nullptr) {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] * scale;
  } else if (b == nullptr) {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] * scale * w[i];
  } else {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] * scale * w[i] + b[i];
  }
}

// dx = (g − mean g − x̂ mean(g·x̂))·(1/σ), x̂ = (x − μ)·(1/σ)
void gradient(const float* x, const float* g, float* dx, Index n, float eps) {
  const float mean_g = sum_lanes(g, n) / static_cast<float>(n);
  const float scale = centre(x, dx, n, eps);
  const auto product = [=](auto at) { return at(g) * (at(dx) * scale); };
  const float mean_gx = sum_terms(n, product) / static_cast<float>(n);
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) dx[i] = (g[i] - mean_g - dx[i] * scale * mean_gx) * scale;
}

BoundKernel bind_layer_norm(const spec::Op& op, const Shapes& in, const Shape&) {
  const Slices s = slices_of(op, in[0]);
  BoundKernel bound;
  bound.run = [s](const KernelArgs& args) {
    const float* w = args.in.size() > 1 ? args.in[1].f32() : nullptr;
    const float* b = args.in.size() > 2 ? args.in[2].f32() : nullptr;
    parallel_for(args.workers, s.count, std::max<Index>(1, work_per_part / std::max<Index>(1, s.n)),
                 [&](Index begin, Index end, int) {
                   for (Index r = begin; r < end; ++r)
                     normalise(args.in[0].f32() + r * s.n, w, b, args.out.f32() + r * s.n, s.n, s.eps);
                 });
  };
  return bound;
}

BoundKernel bind_layer_norm_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Slices s = slices_of(op, in[0]);
  const bool streamed = 3 * in[0].size() > cached_floats;
  BoundKernel bound;
  bound.local_scratch = streamed ? aligned(sizeof(float) * static_cast<std::size_t>(s.n)) : 0;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, s.count, std::max<Index>(1, work_per_part / std::max<Index>(1, s.n)),
                 [&](Index begin, Index end, int worker) {
                   for (Index r = begin; r < end; ++r) {
                     const Index at = r * s.n;
                     float *dx = args.out.f32() + at, *row = streamed ? args.local(worker) : dx;
                     gradient(args.in[0].f32() + at, args.in[1].f32() + at, row, s.n, s.eps);
                     if (streamed) stream_copy(row, dx, s.n);
                   }
                   if (streamed) stream_fence();
                 });
  };
  return bound;
}

}  // namespace

void register_norm(KernelTable& table) {
  const spec::Claims c = claims(spec::Order::lanes, lanes);
  table.add({"layer_norm", "layer_norm.two_pass", Device::cpu, DType::f32, c, false, {}, bind_layer_norm});
  table.add(
      {"layer_norm_grad", "layer_norm_grad.two_pass", Device::cpu, DType::f32, c, false, {}, bind_layer_norm_grad});
}

}  // namespace plumbline::runtime
