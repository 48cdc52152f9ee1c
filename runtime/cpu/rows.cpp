// softmax, log_softmax and their gradients along any axis, and softmax under a mask.
#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"
#include "runtime/cpu/slices.h"

namespace plumbline::runtime {
namespace {

template <class T>
constexpr T infinite = std::numeric_limits<T>::infinity();

template <class T>
bool is_infinite(T x) {
  return x == infinite<T> || x == -infinite<T>;
}

// The largest number of a row; a NaN is left to the sum of exponentials.
template <class T>
T top_of(const T* x, Index n) {
  if constexpr (std::is_same_v<T, float>) return fold_lanes(x, n, -math::infinity, LargerNumber{});
  T top = -infinite<T>;
  for (Index i = 0; i < n; ++i) top = x[i] > top ? x[i] : top;
  return top;
}
// The smallest number of a row, alike.
float bottom_of(const float* x, Index n) {
  return -fold_terms(n, -math::infinity, LargerNumber{}, [=](auto at) { return -at(x); });
}

template <class T>
T total_of(const T* x, Index n) {
  return sum_terms<T>(n, [=](auto at) { return at(x); });
}

// x_i − top, and 0 where x_i is an infinite maximum itself.
template <class T>
T shifted(T x, T top) {
  return is_infinite(top) && x == top ? T(0) : x - top;
}

// e_i = exp(x_i − top); returns Σ e.
template <class T>
T exponentials(const T* x, T top, T* e, Index n) {
  if (is_infinite(top)) {
    for (Index i = 0; i < n; ++i) e[i] = math::exp(shifted(x[i], top));
  } else {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) e[i] = math::exp(x[i] - top);
  }
  return total_of(e, n);
}

// Several infinite maxima have no limit.
template <class T>
bool contested(T top, T total) {
  return is_infinite(top) && total > 1;
}

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

// softmax over the allowed entries of a row, in place: m_i is 0 where x_i is blocked.
template <class T>
void masked_softmax(T* x, const T* m, Index n) {
  for (Index i = 0; i < n; ++i) x[i] = m[i] != 0 ? x[i] : -infinite<T>;
  const T top = top_of(x, n);
  if (is_infinite(top))
    for (Index i = 0; i < n; ++i) x[i] = m[i] != 0 ? math::exp(shifted(x[i], top)) : T(0);
  else
    for (Index i = 0; i < n; ++i) x[i] = math::exp(x[i] - top);
  const T total = total_of(x, n);
  const bool none = contested(top, total);
  for (Index i = 0; i < n; ++i) x[i] = m[i] == 0 ? T(0) : none ? top - top : x[i] / total;
}

// The strides with which a mask is read at the places of x.
std::vector<Index> mask_strides(const Shape& mask, const Shape& x) {
  std::vector<Index> strides(static_cast<std::size_t>(x.rank()), 0);
  const auto own = mask.strides();
  for (Index a = 0; a < mask.rank(); ++a)
    if (mask[a] != 1) strides[static_cast<std::size_t>(a + x.rank() - mask.rank())] = own[static_cast<std::size_t>(a)];
  return strides;
}

template <class T>
BoundKernel bind_masked_softmax(const spec::Op& op, const Shapes& in, const Shape& shape) {
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (shape.size() == 0) return bound;
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), shape.rank());
  const Around s = around(shape, axis);
  const auto strides = mask_strides(in[1], shape);
  std::vector<Index> starts(static_cast<std::size_t>(s.outer * s.inner), 0);  // of the fibres' masks
  for (std::size_t f = 0; f < starts.size(); ++f) {
    Index rest = static_cast<Index>(f);
    for (Index a = shape.rank(); a-- > 0;) {
      if (a == axis) continue;
      starts[f] += rest % shape[a] * strides[static_cast<std::size_t>(a)];
      rest /= shape[a];
    }
  }
  const Index step = strides[static_cast<std::size_t>(axis)];
  bound.local_scratch = aligned(2 * sizeof(T) * static_cast<std::size_t>(s.n));
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, s.outer * s.inner, std::max<Index>(1, slice_work / s.n),
                 [&](Index begin, Index end, int worker) {
                   T *row = args.local<T>(worker), *mask = row + s.n;
                   for (Index f = begin; f < end; ++f) {
                     const Index at = f / s.inner * s.n * s.inner + f % s.inner;
                     const T* x = args.in[0].as<T>() + at;
                     const T* m = args.in[1].as<T>() + starts[static_cast<std::size_t>(f)];
                     T* y = args.out.as<T>() + at;
                     for (Index i = 0; i < s.n; ++i) row[i] = x[i * s.inner], mask[i] = m[i * step];
                     masked_softmax(row, mask, s.n);
                     for (Index i = 0; i < s.n; ++i) y[i * s.inner] = row[i];
                   }
                 });
  };
  return bound;
}

template <class T, std::size_t inputs, class F>
BoundKernel bind_along(const spec::Op& op, const Shapes& in, const Shape&) {
  return along<T, inputs>(in[0], *spec::normal_axis(attribute<Index>(op, "axis"), in[0].rank()), F{});
}

}  // namespace

void register_rows(KernelTable& table) {
  using F = spec::Function;
  const spec::Claims c = claims(spec::Order::lanes, lanes);
  const spec::Claims exp = function_claims({{F::exp, math::exp_ulps}}, c);
  const spec::Claims log = function_claims({{F::exp, math::exp_ulps}, {F::log, math::log_ulps}}, c);
  const auto add = [&](const std::string& op, const spec::Claims& claims, Bind f32, Bind f64) {
    table.add(op, op + ".simd", claims, std::move(f32), std::move(f64));
  };
  add("softmax", exp, bind_along<float, 1, Softmax>, bind_along<double, 1, Softmax>);
  add("log_softmax", log, bind_along<float, 1, LogSoftmax>, bind_along<double, 1, LogSoftmax>);
  add("masked_softmax", exp, bind_masked_softmax<float>, bind_masked_softmax<double>);
  add("softmax_grad", c, bind_along<float, 2, SoftmaxGrad>, bind_along<double, 2, SoftmaxGrad>);
  add("log_softmax_grad", exp, bind_along<float, 2, LogSoftmaxGrad>, bind_along<double, 2, LogSoftmaxGrad>);
}

}  // namespace plumbline::runtime
