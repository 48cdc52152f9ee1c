// y_c = x_c / (k + alpha/size · Σ x²)^beta, the sum over `size` neighbouring channels
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/pow_scalar.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/norm/moving_sum.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

// x is [batch, channels, space…]; channel c sees c − ⌊size/2⌋ … c + ⌊(size − 1)/2⌋, as in PyTorch.
struct LocalResponseNorm {
  Index size = 5;
  double alpha = 1e-4, beta = 0.75, k = 1;

  static constexpr std::string_view name = "local_response_norm",
                                    summary = "y = x / (k + alpha * mean of x^2 over neighbouring channels)^beta";
  static constexpr int arity = 1;
  bool operator==(const LocalResponseNorm&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (in[0].rank() < 2)
      return refuse(*this, 1, "x has ", in[0].rank(), " axes, fewer than 2 (batch, channels): ", in[0]);
    if (size < 1) return refuse(*this, 2, "size is not positive: ", size);
    if (!std::isfinite(alpha) || !std::isfinite(beta) || !std::isfinite(k))
      return refuse(*this, 3, "alpha, beta or k is not finite: ", alpha, ", ", beta, ", ", k);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return along(Index{1}, in[0], [&](Index n, auto&& x, auto&& y) {
      for (Index i = 0; i < n; ++i) {
        const Index from = i - std::min(i, size / 2), to = i + std::min(n - 1 - i, (size - 1) / 2);
        const N energy = sum<N>(to - from + 1, [&](Index j) { return square(x(from + j)); });
        const N base = real(energy, k) + real(energy, alpha) * energy / N(size);
        y(i) = x(i) / pow(base, real(energy, beta));
      }
    });
  }
  // With d the base, p = d^−beta and W the moving sum: dx = ct p − (2 alpha beta / size) x Wᵀ(ct x p / d).
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const T& x = in[0];
    const T factor = div(literal(x, alpha), literal(x, static_cast<double>(size)));
    const T energy = call(MovingSum{1, size / 2, (size - 1) / 2}, mul(x, x));
    const T base = add(literal(x, k), mul(factor, energy)), power = call(PowScalar{-beta}, base);
    if (alpha == 0 || beta == 0) return {mul(ct, power)};  // the divisor is constant
    const T shared = call(MovingSum{1, (size - 1) / 2, size / 2}, div(mul(ct, y), base));
    return {sub(mul(ct, power), mul(mul(literal(x, 2 * beta), factor), mul(x, shared)))};
  }
  static Sample<LocalResponseNorm> sample(Choices& choices) {
    Shape x{choices.pick(1, 3), choices.pick(1, 17)};
    const Shape space = pick_shape(choices, 0, 3, 32);
    for (Index d : space.dims()) x.push_back(d);
    return {{choices.pick(1, 9), choices.one_of<double>({1e-4, 1, 0.5, 0, -0.25}),
             choices.one_of<double>({0.75, 1, 0.5, 0, -0.5}), choices.one_of<double>({1, 2, 0.25, 0, -1})},
            {x},
            {}};
  }
};
BOOST_DESCRIBE_STRUCT(LocalResponseNorm, (), (size, alpha, beta, k))

}  // namespace plumbline::spec
