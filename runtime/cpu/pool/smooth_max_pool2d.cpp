// smooth_max_pool2d, ln(mean e^(βx))/β without the mean, its gradient and its pick.
#include <cmath>

#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"
#include "runtime/cpu/pool/pool.h"

namespace plumbline::runtime {
namespace {

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

}  // namespace

void register_smooth_max_pool2d(KernelTable& table) {
  const spec::Claims c = function_claims(
      {{spec::Function::exp, math::exp_ulps}, {spec::Function::log, math::log_ulps}}, claims(spec::Order::left));
  const auto add = [&](const std::string& op, Bind f32, Bind f64) {
    table.add(op, op + ".windows", c, std::move(f32), std::move(f64));
  };
  add("smooth_max_pool2d", bind_smooth<float>, bind_smooth<double>);
  add("smooth_max_pool2d_grad", bind_smooth_grad<float>, bind_smooth_grad<double>);
  add("smooth_max_pool2d_pick", bind_smooth_pick<float>, bind_smooth_pick<double>);
}

}  // namespace plumbline::runtime
