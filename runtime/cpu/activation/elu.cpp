// elu celu selu
#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/function/transcendental.h"

namespace plumbline::runtime {

void register_elu(KernelTable& table) {
  const spec::Claims c = function_claims({{spec::Function::expm1, math::expm1_ulps}});
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

}  // namespace plumbline::runtime
