// y = 0 for x ≤ −3, x for x ≥ 3, else x (x + 3) / 6
#pragma once

#include "spec/ops/elementwise/add.h"
#include "spec/ops/elementwise/div.h"
#include "spec/ops/elementwise/greater.h"
#include "spec/ops/elementwise/greater_equal.h"
#include "spec/ops/elementwise/mul.h"
#include "spec/ops/elementwise/where.h"

namespace plumbline::spec {

struct Hardswish {
  static constexpr std::string_view name = "hardswish", summary = "y = x hardsigmoid(x)";
  static constexpr int arity = 1;
  bool operator==(const Hardswish&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N zero(Index{0}), three(Index{3});
      const Truth inside = less(-three, x) & less(x, three), below = less(x, zero) & !inside;
      return select(inside, x * (x + three) / N(Index{6}), select(below, zero, x));
    });
  }
  // dx = ct (2x + 3)/6 between the ends, which have the slopes 0 and 1 of the outside.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T &x = in[0], three = literal(ct, 3);
    const T inside = mul(ct, div(add(add(x, x), three), literal(ct, 6)));
    const T above_low_end = where(call(Greater{}, x, literal(ct, -3)), inside, literal(ct, 0));
    return {where(call(GreaterEqual{}, x, three), ct, above_low_end)};
  }
  static Sample<Hardswish> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-5, 5, {-3, -1.5, 0, 3})}};
  }
};
BOOST_DESCRIBE_STRUCT(Hardswish, (), ())

}  // namespace plumbline::spec
