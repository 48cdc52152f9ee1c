// y_i = x_{i−before} + … + x_{i+after} along an axis, without what lies outside
#pragma once

#include "spec/ops/norm/shift.h"

namespace plumbline::spec {

struct MovingSum {
  Index axis = -1, before = 0, after = 0;

  static constexpr std::string_view name = "moving_sum",
                                    summary = "y_i = sum of x from i - before to i + after along an axis";
  static constexpr int arity = 1;
  bool operator==(const MovingSum&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (before < 0 || after < 0)
      return refuse(*this, 2, "before or after is negative: ", before, " and ", after);
    return shape_along(*this, in[0]);  // [moving_sum C1]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return along(axis, in[0], [&](Index n, auto&& x, auto&& y) {
      for (Index i = 0; i < n; ++i) {
        const Index from = i - std::min(i, before), to = i + std::min(n - 1 - i, after);
        y(i) = sum<N>(to - from + 1, [&](Index k) -> const N& { return x(from + k); });
      }
    });
  }
  // The window seen from the other side.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {call(MovingSum{axis, after, before}, ct)};
  }
  static Sample<MovingSum> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 1, 4);
    const Index axis = choices.pick(-shape.rank(), shape.rank() - 1);
    return {{axis, choices.pick(0, 9), choices.pick(0, 9)}, {shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(MovingSum, (), (axis, before, after))

}  // namespace plumbline::spec
