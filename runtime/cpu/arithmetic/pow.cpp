// x^y: for tensors, and for one exponent.
#include <cmath>

#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"

namespace plumbline::runtime {
namespace {

// The usual exponents exactly; glibc's pow otherwise.
template <class T>
BoundKernel bind_power(const spec::Op& op, const Shapes&, const Shape&) {
  const auto p = static_cast<T>(attribute<double>(op, "exponent"));
  BoundKernel bound;
  bound.block = block_of<1, T>([p](T x) { return std::pow(x, p); });
  if (p == 2) bound.block = block_of<1, T>([](T x) { return x * x; });
  if (p == 1) bound.block = block_of<1, T>([](T x) { return x; });
  if (p == -1) bound.block = block_of<1, T>([](T x) { return 1 / x; });
  return bound;
}

}  // namespace

void register_pow(KernelTable& table) {
  const spec::Claims c = function_claims({{spec::Function::pow, 1}});  // glibc's powf, and exact short cuts
  table.add(elementwise<2>("pow", [](auto x, auto y) { return std::pow(x, y); }, c));
  table.add("pow_scalar", "pow_scalar.simd", c, bind_power<float>, bind_power<double>);
}

}  // namespace plumbline::runtime
