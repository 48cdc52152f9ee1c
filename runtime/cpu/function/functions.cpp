// exp exp2 expm1 log log2 log1p normal_pdf safe_log smooth_abs
#include "runtime/core/attribute.h"
#include "runtime/cpu/activation/softplus.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/function/transcendental.h"

namespace plumbline::runtime {
namespace {

using F = spec::Function;

template <class T>
T normal_pdf(T x) {
  return math::exp(T(-0.5) * (x * x)) * T(0x1.9884533d43651p-2);
}

// m √(1 + (s/m)²) with m and s the larger and the smaller of |x| and √ε
template <class T>
T smooth_abs(T x, T c) {
  const T a = math::abs(x), m = a < c ? c : a, r = (a < c ? a : c) / m;
  return m * math::sqrt(1 + r * r);
}

}  // namespace

void register_functions(KernelTable& table) {
  const spec::Claims softplus_log =
      function_claims({{F::exp, math::exp_ulps}, {F::log1p, math::log1p_ulps}, {F::log, math::log_ulps}});
  const spec::Claims exp = function_claims({{F::exp, math::exp_ulps}});
  table.add(elementwise<1>("exp", [](auto x) { return math::exp(x); }, exp));
  table.add(elementwise<1>(
      "exp2", [](auto x) { return math::exp2(x); }, function_claims({{F::exp2, math::exp2_ulps}})));
  table.add(elementwise<1>(
      "expm1", [](auto x) { return math::expm1(x); }, function_claims({{F::expm1, math::expm1_ulps}})));
  table.add(elementwise<1>("log", [](auto x) { return math::log(x); }, function_claims({{F::log, math::log_ulps}})));
  table.add(elementwise<1>(
      "log2", [](auto x) { return math::log2(x); }, function_claims({{F::log2, math::log2_ulps}})));
  table.add(elementwise<1>(
      "log1p", [](auto x) { return math::log1p(x); }, function_claims({{F::log1p, math::log1p_ulps}})));
  table.add(elementwise<1>("normal_pdf", [](auto x) { return normal_pdf(x); }, exp));
  table.add(elementwise_with<1>("safe_log", softplus_log, [](const spec::Op& op) {
    return
        [eps = attribute<double>(op, "eps")](auto x) { return math::log(softplus(x) + static_cast<decltype(x)>(eps)); };
  }));
  table.add(elementwise_with<1>("smooth_abs", claims(), [](const spec::Op& op) {
    return [eps = attribute<double>(op, "eps")](auto x) {
      return smooth_abs(x, math::sqrt(static_cast<decltype(x)>(eps)));
    };
  }));
}

}  // namespace plumbline::runtime
