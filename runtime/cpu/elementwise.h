// Elementwise kernels from scalar functions: z_i = f(x_i, y_i, …) as a block that the compiler turns into vector code.
#pragma once

#include <string>
#include <utility>

#include "runtime/core/kernel.h"

namespace plumbline::runtime {

// z_i = f(x_i, y_i, …) on elements of T.
template <std::size_t arity, class T = float, class F>
Block block_of(F f) {
  return [f](const void* const* in, void* out, Index n) {
    const auto loop = [&]<std::size_t... i>(std::index_sequence<i...>) {
      const T* x[] = {static_cast<const T*>(in[i])...};
      T* y = static_cast<T*>(out);
#pragma GCC ivdep
      for (Index k = 0; k < n; ++k) y[k] = f(x[i][k]...);
    };
    loop(std::make_index_sequence<arity>{});
  };
}

// F is a function of `arity` values of T whose result is a T: computed in T, not in another type.
template <class F, class T, std::size_t arity>
concept Computes = []<std::size_t... i>(std::index_sequence<i...>) {
  return requires(F f, T x) {
    { f((static_cast<void>(i), x)...) } -> std::same_as<T>;
  };
}(std::make_index_sequence<arity>{});

// Kernels for every case of an op. `make(op)` yields the scalar function of an op with its attributes; where it is
// generic, [](auto x) { … }, it makes a kernel in float64 too.
template <std::size_t arity, class Make>
std::vector<Kernel> elementwise_with(std::string op, spec::Claims claims, Make make) {
  const auto bind = [make]<class T>(T) -> Bind {
    return [make](const spec::Op& bound_op, const Shapes&, const Shape&) {
      BoundKernel bound;
      bound.block = block_of<arity, T>(make(bound_op));
      return bound;
    };
  };
  const std::string name = op + ".simd";
  std::vector<Kernel> list{{op, name, Device::cpu, DType::f32, claims, false, {}, bind(float{})}};
  if constexpr (Computes<std::invoke_result_t<Make, const spec::Op&>, double, arity>)
    list.push_back({op, name, Device::cpu, DType::f64, in_float64(claims), false, {}, bind(double{})});
  return list;
}

// Binds to a block that does not depend on attributes.
inline Bind of_block(Block block) {
  return [block = std::move(block)](const spec::Op&, const Shapes&, const Shape&) {
    BoundKernel bound;
    bound.block = block;
    return bound;
  };
}

template <std::size_t arity, class F>
std::vector<Kernel> elementwise(std::string op, F f, spec::Claims claims = runtime::claims()) {
  return elementwise_with<arity>(std::move(op), std::move(claims), [f](const spec::Op&) { return f; });
}

// No sums, no FMA, and the given accuracy of elementary functions.
inline spec::Claims function_claims(std::initializer_list<std::pair<spec::Function, double>> ulps,
                                    spec::Claims c = claims()) {
  for (const auto& [f, u] : ulps) c.ulps[static_cast<std::size_t>(f)] = u;
  return c;
}

}  // namespace plumbline::runtime
