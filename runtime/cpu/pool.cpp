// max_pool2d and avg_pool2d, their gradients, and max_pool2d_pick: NCHW, padding is absent.
#include <vector>

#include "runtime/core/kernel.h"
#include "runtime/cpu/window.h"

namespace plumbline::runtime {
namespace {

constexpr Index taps_per_part = 32768;

struct Pool {
  Window rows, columns;
  Index maps;

  Index area() const { return rows.in * columns.in; }
  Index places() const { return rows.out * columns.out; }
  Index grain() const {
    return std::max<Index>(1, taps_per_part / std::max<Index>(1, places() * rows.kernel * columns.kernel));
  }
};

Pool pool_of(const spec::Op& op, const Shape& x) {
  auto stride = attribute<spec::Axes>(op, "stride");
  const auto kernel = attribute<spec::Axes>(op, "kernel");
  if (stride.empty()) stride = kernel;
  const auto window = [&](std::size_t axis) {
    return window_of(op, axis, x[2 + static_cast<Index>(axis)], entry(kernel, axis), entry(stride, axis));
  };
  return {window(0), window(1), x[0] * x[1]};
}

bool takes_over(float later, float earlier) { return (earlier < later) | ((later != later) & (earlier == earlier)); }

// f(place, taps k₀ … k₁ of the rows, l₀ … l₁ of the columns that exist)
template <class F>
void for_each_place(const Pool& pool, F f) {
  for (Index p = 0; p < pool.rows.out; ++p)
    for (Index q = 0; q < pool.columns.out; ++q) f(p * pool.columns.out + q, pool.rows.taps(p), pool.columns.taps(q));
}

// The offset of the first winner of a window.
Index winner(const float* x, const Pool& pool, const Taps& r, const Taps& c) {
  Index best = r.start * pool.columns.in + c.start;
  for (Index k = 0, i = r.start; k < r.count; ++k, i += r.step)
    for (Index l = 0, j = c.start; l < c.count; ++l, j += c.step)
      if (takes_over(x[i * pool.columns.in + j], x[best])) best = i * pool.columns.in + j;
  return best;
}

// 2×2 windows side by side, no padding: the common case, in vector code.
void max_of_pairs(const float* x, float* y, const Pool& pool) {
  for (Index p = 0; p < pool.rows.out; ++p) {
    const float *a = x + 2 * p * pool.columns.in, *b = a + pool.columns.in;
    float* out = y + p * pool.columns.out;
    const auto larger = [](float m, float later) { return takes_over(later, m) ? later : m; };
#pragma GCC ivdep
    for (Index q = 0; q < pool.columns.out; ++q)
      out[q] = larger(larger(larger(a[2 * q], a[2 * q + 1]), b[2 * q]), b[2 * q + 1]);
  }
}

bool side_by_side(const Window& w) {
  return w.kernel == 2 && w.stride == 2 && w.dilation == 1 && w.before == 0 && 2 * w.out <= w.in;
}

template <class F>
BoundKernel over_maps(const Pool& pool, F f) {
  BoundKernel bound;
  bound.run = [pool, f](const KernelArgs& args) {
    parallel_for(args.workers, pool.maps, pool.grain(), [&](Index begin, Index end, int) {
      for (Index map = begin; map < end; ++map) f(pool, args, map);
    });
  };
  return bound;
}

BoundKernel bind_max(const spec::Op& op, const Shapes& in, const Shape&) {
  const Pool pool = pool_of(op, in[0]);
  if (side_by_side(pool.rows) && side_by_side(pool.columns))
    return over_maps(pool, [](const Pool& w, const KernelArgs& args, Index map) {
      max_of_pairs(args.in[0].f32() + map * w.area(), args.out.f32() + map * w.places(), w);
    });
  return over_maps(pool, [](const Pool& w, const KernelArgs& args, Index map) {
    const float* x = args.in[0].f32() + map * w.area();
    float* y = args.out.f32() + map * w.places();
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) { y[place] = x[winner(x, w, r, c)]; });
  });
}

BoundKernel bind_max_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  return over_maps(pool_of(op, in[0]), [](const Pool& w, const KernelArgs& args, Index map) {
    const float *x = args.in[0].f32() + map * w.area(), *ct = args.in[1].f32() + map * w.places();
    float* dx = args.out.f32() + map * w.area();
    std::fill_n(dx, w.area(), 0.0f);
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) { dx[winner(x, w, r, c)] += ct[place]; });
  });
}

BoundKernel bind_max_pick(const spec::Op& op, const Shapes& in, const Shape&) {
  return over_maps(pool_of(op, in[0]), [](const Pool& w, const KernelArgs& args, Index map) {
    const float *x = args.in[0].f32() + map * w.area(), *v = args.in[1].f32() + map * w.area();
    float* y = args.out.f32() + map * w.places();
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) { y[place] = v[winner(x, w, r, c)]; });
  });
}

float count_of(const Pool& w, bool include_pad, const Taps& r, const Taps& c) {
  return static_cast<float>(include_pad ? w.rows.kernel * w.columns.kernel : r.count * c.count);
}

BoundKernel bind_avg(const spec::Op& op, const Shapes& in, const Shape&) {
  return over_maps(pool_of(op, in[0]), [all = attribute<bool>(op, "count_include_pad")](
                                           const Pool& w, const KernelArgs& args, Index map) {
    const float* x = args.in[0].f32() + map * w.area();
    float* y = args.out.f32() + map * w.places();
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
      float sum = 0;
      for (Index k = 0, i = r.start; k < r.count; ++k, i += r.step)
        for (Index l = 0, j = c.start; l < c.count; ++l, j += c.step) sum += x[i * w.columns.in + j];
      y[place] = sum / count_of(w, all, r, c);
    });
  });
}

BoundKernel bind_avg_grad(const spec::Op& op, const Shapes&, const Shape& out) {
  return over_maps(pool_of(op, out), [all = attribute<bool>(op, "count_include_pad")](
                                         const Pool& w, const KernelArgs& args, Index map) {
    const float* ct = args.in[0].f32() + map * w.places();
    float* dx = args.out.f32() + map * w.area();
    std::fill_n(dx, w.area(), 0.0f);
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
      const float share = ct[place] / count_of(w, all, r, c);
      for (Index k = 0, i = r.start; k < r.count; ++k, i += r.step)
        for (Index l = 0, j = c.start; l < c.count; ++l, j += c.step) dx[i * w.columns.in + j] += share;
    });
  });
}

}  // namespace

void register_pool(KernelTable& table) {
  const spec::Claims c = claims(spec::Order::left);
  table.add({"max_pool2d", "max_pool2d.windows", Device::cpu, DType::f32, c, false, {}, bind_max});
  table.add({"max_pool2d_grad", "max_pool2d_grad.windows", Device::cpu, DType::f32, c, false, {}, bind_max_grad});
  table.add({"max_pool2d_pick", "max_pool2d_pick.windows", Device::cpu, DType::f32, c, false, {}, bind_max_pick});
  table.add({"avg_pool2d", "avg_pool2d.windows", Device::cpu, DType::f32, c, false, {}, bind_avg});
  table.add({"avg_pool2d_grad", "avg_pool2d_grad.windows", Device::cpu, DType::f32, c, false, {}, bind_avg_grad});
}

}  // namespace plumbline::runtime
