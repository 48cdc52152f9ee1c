// smooth_max_pool2d with its gradient and pick, lp_pool2d and global_avg_pool2d.
#include <cmath>

#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"
#include "runtime/cpu/pool.h"
#include "runtime/cpu/slices.h"

namespace plumbline::runtime {
namespace {

// f(k-th tap, offset in a plane) over a window
template <class F>
void for_each_offset(const Pool& w, const Taps& r, const Taps& c, F f) {
  Index tap = 0;
  for (Index k = 0, i = r.start; k < r.count; ++k, i += r.step)
    for (Index l = 0, j = c.start; l < c.count; ++l, j += c.step) f(tap++, i * w.columns.in + j);
}

// The x of a window with the largest βx, Σ e^(β(x − top)), and whether several infinite ones compete.
template <class T>
struct Peak {
  T top, total;
  bool contested;

  // e^(β(x − top)) / total
  T weight(T x, T beta) const { return contested ? top - top : math::exp(shifted(x) * beta) / total; }
  T shifted(T x) const { return std::isinf(top) && x == top ? T(0) : x - top; }
};
template <class T>
Peak<T> peak_of(const Pool& w, const Taps& r, const Taps& c, const T* x, T beta) {
  const T sign = beta > 0 ? T(1) : T(-1);
  T most = -std::numeric_limits<T>::infinity();
  for_each_offset(w, r, c, [&](Index, Index i) { most = sign * x[i] > most || x[i] != x[i] ? sign * x[i] : most; });
  Peak<T> peak{sign * most, 0, false};
  for_each_offset(w, r, c, [&](Index, Index i) { peak.total += math::exp(peak.shifted(x[i]) * beta); });
  peak.contested = std::isinf(peak.top) && peak.total > 1;
  return peak;
}

template <class T>
BoundKernel bind_smooth(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_maps(pool_of(op, in[0], out), [beta = static_cast<T>(attribute<double>(op, "beta"))](
                                                const Pool& w, const KernelArgs& args, Index map) {
    const T* x = args.in[0].as<T>() + map * w.area();
    T* y = args.out.as<T>() + map * w.places();
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
      const Peak<T> peak = peak_of(w, r, c, x, beta);
      y[place] = std::isinf(peak.top) ? peak.top : peak.top + math::log(peak.total) / beta;
    });
  });
}

template <class T>
BoundKernel bind_smooth_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  return over_maps(pool_of(op, in[0], in[1]), [beta = static_cast<T>(attribute<double>(op, "beta"))](
                                                  const Pool& w, const KernelArgs& args, Index map) {
    const T *x = args.in[0].as<T>() + map * w.area(), *ct = args.in[1].as<T>() + map * w.places();
    T* dx = args.out.as<T>() + map * w.area();
    std::fill_n(dx, w.area(), T(0));
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
      const Peak<T> peak = peak_of(w, r, c, x, beta);
      for_each_offset(w, r, c, [&](Index, Index i) { dx[i] += ct[place] * peak.weight(x[i], beta); });
    });
  });
}

template <class T>
BoundKernel bind_smooth_pick(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_maps(pool_of(op, in[0], out), [beta = static_cast<T>(attribute<double>(op, "beta"))](
                                                const Pool& w, const KernelArgs& args, Index map) {
    const T *x = args.in[0].as<T>() + map * w.area(), *v = args.in[1].as<T>() + map * w.area();
    T* y = args.out.as<T>() + map * w.places();
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
      const Peak<T> peak = peak_of(w, r, c, x, beta);
      T sum = 0;
      for_each_offset(w, r, c, [&](Index, Index i) { sum += v[i] * peak.weight(x[i], beta); });
      y[place] = sum;
    });
  });
}

// x^p and x^(1/p); x, x² and √x round less.
template <class T>
T power(T x, double p) {
  if (p == 1) return x;
  if (p == 2) return x * x;
  return std::pow(x, static_cast<T>(p));
}
template <class T>
T root(T x, double p) {
  if (p == 1) return x;
  if (p == 2) return std::sqrt(x);
  if (x < 0) return std::numeric_limits<T>::quiet_NaN();  // −∞ too, of which pow makes ∞
  return std::pow(x, 1 / static_cast<T>(p));
}

// scaled: m (Σ (x/m)^p)^(1/p), m = max |x|
template <class T>
BoundKernel bind_lp(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_maps(pool_of(op, in[0], out),
                   [p = attribute<double>(op, "norm_type"), absolute = attribute<bool>(op, "absolute")](
                       const Pool& w, const KernelArgs& args, Index map) {
                     const T* x = args.in[0].as<T>() + map * w.area();
                     T* y = args.out.as<T>() + map * w.places();
                     for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
                       T m = 0, sum = 0;
                       for_each_offset(w, r, c, [&](Index, Index i) {
                         const T size = math::abs(x[i]);
                         m = size > m || size != size ? size : m;
                       });
                       const bool plain = m == 0 || std::isinf(m);
                       const T unit = plain ? T(1) : m;
                       for_each_offset(w, r, c, [&](Index, Index i) {
                         const T value = x[i] / unit;
                         sum += power(absolute ? math::abs(value) : value, p);
                       });
                       y[place] = plain ? root(sum, p) : m * root(sum, p);
                     });
                   });
}

// Sums of contiguous planes in lanes.
template <class T>
BoundKernel bind_global_avg(const spec::Op&, const Shapes& in, const Shape& out) {
  const Index area = in[0].back(1) * in[0].back(0), maps = out.size();
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, maps, std::max<Index>(1, taps_per_part / area), [&](Index begin, Index end, int) {
      for (Index map = begin; map < end; ++map) args.out.as<T>()[map] = mean_of(args.in[0].as<T>() + map * area, area);
    });
  };
  return bound;
}

}  // namespace

void register_smooth_pool(KernelTable& table) {
  const spec::Claims left = claims(spec::Order::left);
  const spec::Claims smooth =
      function_claims({{spec::Function::exp, math::exp_ulps}, {spec::Function::log, math::log_ulps}}, left);
  const auto add = [&](const std::string& op, Bind f32, Bind f64) {
    table.add(op, op + ".windows", smooth, std::move(f32), std::move(f64));
  };
  add("smooth_max_pool2d", bind_smooth<float>, bind_smooth<double>);
  add("smooth_max_pool2d_grad", bind_smooth_grad<float>, bind_smooth_grad<double>);
  add("smooth_max_pool2d_pick", bind_smooth_pick<float>, bind_smooth_pick<double>);
  table.add("lp_pool2d", "lp_pool2d.windows", function_claims({{spec::Function::pow, 1.0}}, left), bind_lp<float>,
            bind_lp<double>);
  table.add("global_avg_pool2d", "global_avg_pool2d.lanes", claims(spec::Order::lanes, lanes), bind_global_avg<float>,
            bind_global_avg<double>);
}

}  // namespace plumbline::runtime
