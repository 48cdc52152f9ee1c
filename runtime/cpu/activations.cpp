// log_sigmoid softplus safe_log mish leaky_relu elu selu celu softsign; relu6 hardtanh hardsigmoid hardswish
#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/transcendental.h"

namespace plumbline::runtime {
namespace {

using F = spec::Function;

// max(x, 0) + ln(1 + e^−|x|)
template <class T>
T softplus(T x) {
  return (x < 0 ? T(0) : x) + math::log1p(math::exp(-math::abs(x)));
}

// y = x where t = βx is beyond the threshold; else (t < 0 ? 0 : x) + ln(1 + e^−|t|)/β
template <class T>
T scaled_softplus(T x, T beta, T threshold) {
  const T t = beta * x, y = (t < 0 ? T(0) : x) + math::log1p(math::exp(-math::abs(t))) / beta;
  return t > threshold ? x : y;
}

// tanh(ln(1 + e^x)) = n/m and 1 − (n/m)² = c (n + m)/m², e = e^−|x|
template <class T>
struct TanhOfSoftplus {
  T e, n, c, m;
  explicit TanhOfSoftplus(T x)
      : e(math::exp(-math::abs(x))), n(x < 0 ? e * (e + 2) : 1 + 2 * e), c(x < 0 ? T(2) : 2 * e * e), m(n + c) {}
};
template <class T>
T mish(T x) {
  const TanhOfSoftplus<T> f(x);
  return x == -std::numeric_limits<T>::infinity() ? T(0) : x * (f.n / f.m);
}
template <class T>
T mish_slope(T x) {
  const TanhOfSoftplus<T> f(x);
  const T t = f.n / f.m, s = (x < 0 ? f.e : T(1)) / (1 + f.e);
  const T slope = t + x * s * (f.c / f.m) * ((f.n + f.m) / f.m);
  return math::abs(x) == std::numeric_limits<T>::infinity() ? t : slope;
}

template <class T>
T cap(T x, T lo, T hi) {
  const T y = x < lo ? lo : x;
  return y > hi ? hi : y;
}

void register_smooth(KernelTable& table) {
  const spec::Claims c = function_claims({{F::exp, math::exp_ulps}, {F::log1p, math::log1p_ulps}});
  const spec::Claims logarithms =
      function_claims({{F::exp, math::exp_ulps}, {F::log1p, math::log1p_ulps}, {F::log, math::log_ulps}});
  const spec::Claims exp = function_claims({{F::exp, math::exp_ulps}});
  table.add(elementwise<1>(
      "log_sigmoid", [](auto x) { return -softplus(-x); }, c));
  table.add(elementwise_with<1>("softplus", c, [](const spec::Op& op) {
    return [beta = attribute<double>(op, "beta"), threshold = attribute<double>(op, "threshold")](auto x) {
      using T = decltype(x);
      return scaled_softplus(x, static_cast<T>(beta), static_cast<T>(threshold));
    };
  }));
  table.add(elementwise_with<1>("safe_log", logarithms, [](const spec::Op& op) {
    return
        [eps = attribute<double>(op, "eps")](auto x) { return math::log(softplus(x) + static_cast<decltype(x)>(eps)); };
  }));
  table.add(elementwise<1>(
      "mish", [](auto x) { return mish(x); }, exp));
  table.add(elementwise<2>(
      "mish_grad", [](auto x, auto ct) { return ct * mish_slope(x); }, exp));
  table.add(elementwise<1>("softsign", [](auto x) {
    using T = decltype(x);
    const T y = x / (1 + math::abs(x));
    return math::abs(x) == std::numeric_limits<T>::infinity() ? math::copysign(T(1), x) : y;
  }));
}

void register_exponential_units(KernelTable& table) {
  const spec::Claims c = function_claims({{F::expm1, math::expm1_ulps}});
  table.add(elementwise_with<1>("elu", c, [](const spec::Op& op) {
    return [alpha = attribute<double>(op, "alpha")](auto x) {
      return x > 0 ? x : static_cast<decltype(x)>(alpha) * math::expm1(x);
    };
  }));
  table.add(elementwise_with<1>("celu", c, [](const spec::Op& op) {
    return [alpha = attribute<double>(op, "alpha")](auto x) {
      const auto a = static_cast<decltype(x)>(alpha);
      return x > 0 ? x : a * math::expm1(x / a);
    };
  }));
  table.add(elementwise<1>(
      "selu",
      [](auto x) {
        using T = decltype(x);
        const T scale = T(1.0507009873554804934193349852946), alpha = T(1.6732632423543772848170429916717);
        return scale * (x > 0 ? x : alpha * math::expm1(x));
      },
      c));
}

void register_pieces(KernelTable& table) {
  table.add(elementwise_with<1>("leaky_relu", claims(), [](const spec::Op& op) {
    return [negative_slope = attribute<double>(op, "negative_slope")](auto x) {
      using T = decltype(x);
      const T slope = static_cast<T>(negative_slope), below = negative_slope == 0 && x < 0 ? T(0) : slope * x;
      return x > 0 ? x : below;
    };
  }));
  table.add(elementwise<1>("relu6", [](auto x) { return cap<decltype(x)>(x, 0, 6); }));
  table.add(elementwise_with<1>("hardtanh", claims(), [](const spec::Op& op) {
    return [lo = attribute<double>(op, "min_val"), hi = attribute<double>(op, "max_val")](auto x) {
      using T = decltype(x);
      return cap(x, static_cast<T>(lo), static_cast<T>(hi));
    };
  }));
  table.add(elementwise<1>("hardsigmoid", [](auto x) { return cap<decltype(x)>(x + 3, 0, 6) / 6; }));
  table.add(elementwise<1>("hardswish", [](auto x) {
    using T = decltype(x);
    const T inside = x * (x + 3) / 6;
    return x <= -3 ? T(0) : x < 3 ? inside : x;
  }));
}

}  // namespace

void register_activations(KernelTable& table) {
  register_smooth(table);
  register_exponential_units(table);
  register_pieces(table);
}

}  // namespace plumbline::runtime
