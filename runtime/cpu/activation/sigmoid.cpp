// sigmoid silu softsign
#include "runtime/cpu/activation/silu.h"
#include "runtime/cpu/elementwise.h"

namespace plumbline::runtime {

void register_sigmoid(KernelTable& table) {
  const spec::Claims exp = function_claims({{spec::Function::exp, math::exp_ulps}});
  table.add(elementwise<1>("sigmoid", [](auto x) { return math::sigmoid(x); }, exp));
  table.add(elementwise<1>("silu", [](auto x) { return silu(x); }, exp));
  table.add(elementwise<1>("softsign", [](auto x) {
    using T = decltype(x);
    const T y = x / (1 + math::abs(x));
    return math::abs(x) == std::numeric_limits<T>::infinity() ? math::copysign(T(1), x) : y;
  }));
}

}  // namespace plumbline::runtime
