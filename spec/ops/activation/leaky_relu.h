// y = x for x > 0, else negative_slope x
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/compare/greater.h"
#include "spec/ops/compare/where.h"

namespace plumbline::spec {

struct LeakyRelu {
  double negative_slope = 0.01;

  static constexpr std::string_view name = "leaky_relu", summary = "y = x where x > 0, else negative_slope x";
  static constexpr int arity = 1;
  bool operator==(const LeakyRelu&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!std::isfinite(negative_slope)) return refuse(*this, 1, "negative_slope is not finite: ", negative_slope);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) {
      const N zero(Index{0});
      if (negative_slope == 0) return N(select(less(zero, x) | is_nan(x), x, zero));
      return N(select(less(zero, x), x, real(x, negative_slope) * x));
    });
  }
  // The slope at 0 is that of the left branch.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {where(call(Greater{}, in[0], literal(ct, 0)), ct, mul(ct, literal(ct, negative_slope)))};
  }
  static Sample<LeakyRelu> sample(Choices& choices) {
    const double slope = choices.one_of<double>({0.01, 0, 0.25, -0.5, 1, 2.5, 1.0 / 3});
    return {{slope}, {pick_shape(choices, 0, 4)}, {Domain::near({0})}};
  }
};
BOOST_DESCRIBE_STRUCT(LeakyRelu, (), (negative_slope))

}  // namespace plumbline::spec
