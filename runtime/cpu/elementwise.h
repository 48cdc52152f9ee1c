// Elementwise kernels from scalar functions: z_i = f(x_i, y_i, …) as a block that the compiler turns into vector code.
#pragma once

#include <string>
#include <utility>

#include "runtime/core/kernel.h"

namespace plumbline::runtime {

template <std::size_t arity, class F>
Block block_of(F f) {
  return [f](const float* const* in, float* out, Index n) {
    const auto loop = [&]<std::size_t... i>(std::index_sequence<i...>) {
      const float* x[] = {in[i]...};
#pragma GCC ivdep
      for (Index k = 0; k < n; ++k) out[k] = f(x[i][k]...);
    };
    loop(std::make_index_sequence<arity>{});
  };
}

// A kernel for every case of an op. `make(op)` yields the scalar function of an op with its attributes.
template <std::size_t arity, class Make>
Kernel elementwise_with(std::string op, spec::Claims claims, Make make) {
  Kernel k;
  k.name = op + ".simd";
  k.op = std::move(op);
  k.claims = std::move(claims);
  k.bind = [make](const spec::Op& bound_op, const Shapes&, const Shape&) {
    BoundKernel bound;
    bound.block = block_of<arity>(make(bound_op));
    return bound;
  };
  return k;
}

// A kernel whose block does not depend on attributes.
inline Kernel of_block(std::string op, Block block, spec::Claims claims) {
  Kernel k;
  k.name = op + ".simd";
  k.op = std::move(op);
  k.claims = std::move(claims);
  k.bind = [block](const spec::Op&, const Shapes&, const Shape&) {
    BoundKernel bound;
    bound.block = block;
    return bound;
  };
  return k;
}

template <std::size_t arity, class F>
Kernel elementwise(std::string op, F f, spec::Claims claims = runtime::claims()) {
  return elementwise_with<arity>(std::move(op), std::move(claims), [f](const spec::Op&) { return f; });
}

// No sums, no FMA, and the given accuracy of elementary functions.
inline spec::Claims function_claims(std::initializer_list<std::pair<spec::Function, double>> ulps,
                                    spec::Claims c = claims()) {
  for (const auto& [f, u] : ulps) c.ulps[static_cast<std::size_t>(f)] = u;
  return c;
}

}  // namespace plumbline::runtime
