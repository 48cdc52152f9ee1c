// tanh, in float by the polynomials of its definition's own method.
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {

void register_tanh(KernelTable& table) {
  // The method's bound is derived; 2^k is exact.
  auto kernels = elementwise<1>(
      "tanh", [](auto x) { return math::tanh(x); }, function_claims({{spec::Function::tanh, math::tanh_ulps}}));
  for (Kernel& k : kernels)
    if (k.dtype == DType::f32) {
      k.claims.method = "reduced_binary32";
      k.claims.ulps[static_cast<std::size_t>(spec::Function::exp2)] = 0.5;
    }
  table.add(std::move(kernels));
}

}  // namespace plumbline::runtime
