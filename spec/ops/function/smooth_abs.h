// y = √(x² + ε)
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"

namespace plumbline::spec {

struct SmoothAbs {
  double eps = 1e-6;

  static constexpr std::string_view name = "smooth_abs", summary = "y = the square root of x^2 + eps";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"scaled"};
  bool operator==(const SmoothAbs&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(eps > 0 && std::isfinite(eps))) return refuse(*this, 1, "eps is not positive and finite: ", eps);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) { return sqrt(x * x + real(x, eps)); });
  }
  // scaled: m √(1 + (s/m)²) with m and s the larger and the smaller of |x| and √ε, so that x² never overflows.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) {
      const N a = abs(x), c = sqrt(real(x, eps));
      const Truth small = less(a, c);
      const N m = select(small, c, a), r = select(small, a, c) / m;
      return m * sqrt(N(Index{1}) + r * r);
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    return {mul(ct, div(in[0], y))};
  }
  static Sample<SmoothAbs> sample(Choices& choices) {
    const double eps = choices.one_of<double>({1e-6, 0.25, 1e-3, 1, 4});
    return {{eps}, {pick_shape(choices, 0, 4)}, {Domain::near({0, std::sqrt(eps), -1.8e19, 1.8e19})}};
  }
};
BOOST_DESCRIBE_STRUCT(SmoothAbs, (), (eps))

}  // namespace plumbline::spec
