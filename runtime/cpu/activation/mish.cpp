// mish and its gradient: x tanh(ln(1 + e^x))
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {
namespace {

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

}  // namespace

void register_mish(KernelTable& table) {
  const spec::Claims exp = function_claims({{spec::Function::exp, math::exp_ulps}});
  table.add(elementwise<1>(
      "mish", [](auto x) { return mish(x); }, exp));
  table.add(elementwise<2>(
      "mish_grad", [](auto x, auto ct) { return ct * mish_slope(x); }, exp));
}

}  // namespace plumbline::runtime
