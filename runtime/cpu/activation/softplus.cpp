// softplus and log_sigmoid
#include "runtime/core/attribute.h"
#include "runtime/cpu/activation/softplus.h"
#include "runtime/cpu/elementwise.h"

namespace plumbline::runtime {
namespace {

using F = spec::Function;

// y = x where t = βx is beyond the threshold; else (t < 0 ? 0 : x) + ln(1 + e^−|t|)/β
template <class T>
T scaled_softplus(T x, T beta, T threshold) {
  const T t = beta * x, y = (t < 0 ? T(0) : x) + math::log1p(math::exp(-math::abs(t))) / beta;
  return t > threshold ? x : y;
}

}  // namespace

void register_softplus(KernelTable& table) {
  const spec::Claims c = function_claims({{F::exp, math::exp_ulps}, {F::log1p, math::log1p_ulps}});
  table.add(elementwise<1>(
      "log_sigmoid", [](auto x) { return -softplus(-x); }, c));
  table.add(elementwise_with<1>("softplus", c, [](const spec::Op& op) {
    return [beta = attribute<double>(op, "beta"), threshold = attribute<double>(op, "threshold")](auto x) {
      using T = decltype(x);
      return scaled_softplus(x, static_cast<T>(beta), static_cast<T>(threshold));
    };
  }));
}

}  // namespace plumbline::runtime
