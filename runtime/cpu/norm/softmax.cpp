// softmax, log_softmax and their gradients along any axis.
#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/norm/softmax.h"

namespace plumbline::runtime {
namespace {

// x_i ≥ max x − moderate leaves every e_i far from the subnormals.
constexpr float moderate = 60;
constexpr Index moderate_length = Index{1} << 20;

// e / d, rounded once, with inverse = 1 / d rounded once: the first correction comes within an ulp, and from there
// the second yields the rounded quotient (Markstein 1990), as all remainders lie above 2^-149: e ≥ 2^-87, d ≤ 2^20.
float quotient(float e, float d, float inverse) {
  const float q = e * inverse, near = math::fma(math::fma(-q, d, e), inverse, q);
  return math::fma(math::fma(-near, d, e), inverse, near);
}

// The same bits for a row of moderate range, faster.
void moderate_softmax(const float* x, float top, float* y, Index n) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) y[i] = math::exp_moderate(x[i] - top);
  const float total = sum_lanes(y, n), inverse = 1.0f / total;
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) y[i] = quotient(y[i], total, inverse);
}

// shifted: exp(x_i − max x) / Σ_j exp(x_j − max x)
struct Softmax {
  template <class T>
  void operator()(const std::array<const T*, 1>& in, T* y, Index n) const {
    const T *x = in[0], top = top_of(x, n);
    if constexpr (std::is_same_v<T, float>)
      if (top - bottom_of(x, n) <= moderate && n <= moderate_length) return moderate_softmax(x, top, y, n);
    const T total = exponentials(x, top, y, n);
    if (contested(top, total)) return std::fill_n(y, n, top - top), void();
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] / total;
  }
};

// shifted: (x_i − max x) − ln Σ_j exp(x_j − max x)
struct LogSoftmax {
  template <class T>
  void operator()(const std::array<const T*, 1>& in, T* y, Index n) const {
    const T *x = in[0], top = top_of(x, n), total = exponentials(x, top, y, n), rest = math::log(total);
    if (contested(top, total)) return std::fill_n(y, n, top - top), void();
    if (is_infinite(top)) {
      for (Index i = 0; i < n; ++i) y[i] = shifted(x[i], top) - rest;
      return;
    }
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = (x[i] - top) - rest;
  }
};

// y_i (ct_i − Σ ct·y)
struct SoftmaxGrad {
  template <class T>
  void operator()(const std::array<const T*, 2>& in, T* dx, Index n) const {
    const T *y = in[0], *ct = in[1];
    const T inner = sum_terms<T>(n, [=](auto at) { return at(ct) * at(y); });
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) dx[i] = y[i] * (ct[i] - inner);
  }
};

// ct_i − exp(y_i) Σ ct
struct LogSoftmaxGrad {
  template <class T>
  void operator()(const std::array<const T*, 2>& in, T* dx, Index n) const {
    const T *y = in[0], *ct = in[1], total = total_of(ct, n);
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) dx[i] = ct[i] - math::exp(y[i]) * total;
  }
};

template <class T, std::size_t inputs, class F>
BoundKernel bind_along(const spec::Op& op, const Shapes& in, const Shape&) {
  return along<T, inputs>(in[0], *spec::normal_axis(attribute<Index>(op, "axis"), in[0].rank()), F{});
}

}  // namespace

void register_softmax(KernelTable& table) {
  using F = spec::Function;
  const spec::Claims c = claims(spec::Order::lanes, lanes);
  const spec::Claims exp = function_claims({{F::exp, math::exp_ulps}}, c);
  const spec::Claims log = function_claims({{F::exp, math::exp_ulps}, {F::log, math::log_ulps}}, c);
  const auto add = [&](const std::string& op, const spec::Claims& claims, Bind f32, Bind f64) {
    table.add(op, op + ".simd", claims, std::move(f32), std::move(f64));
  };
  add("softmax", exp, bind_along<float, 1, Softmax>, bind_along<double, 1, Softmax>);
  add("log_softmax", log, bind_along<float, 1, LogSoftmax>, bind_along<double, 1, LogSoftmax>);
  add("softmax_grad", c, bind_along<float, 2, SoftmaxGrad>, bind_along<double, 2, SoftmaxGrad>);
  add("log_softmax_grad", exp, bind_along<float, 2, LogSoftmaxGrad>, bind_along<double, 2, LogSoftmaxGrad>);
}

}  // namespace plumbline::runtime
