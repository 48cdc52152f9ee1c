// y = 0 for x ≤ −3, x for x ≥ 3, else x (x + 3) / 6
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/compare/greater.h"
#include "spec/ops/compare/greater_equal.h"
#include "spec/ops/compare/where.h"

namespace plumbline::spec {

struct Hardswish {
  static constexpr std::string_view name = "hardswish", summary = "y = x hardsigmoid(x)";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"branches", "clipped"};
  bool operator==(const Hardswish&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], by_branches<N>);
  }
  // branches: the same. clipped: x min(max(x + 3, 0), 6) / 6, whose product by 6 rounds where y = x.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    if (method != "clipped") return eval(in);
    return map(in[0], [](const N& x) {
      const N clipped = minimum(ramp(N(x + N(Index{3}))), N(Index{6}));
      return select(is_infinite(x), by_branches(x), N(x * clipped / N(Index{6})));
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

 private:
  template <Number N>
  static N by_branches(const N& x) {
    const N zero(Index{0}), three(Index{3});
    const Truth inside = less(-three, x) & less(x, three), below = less(x, zero) & !inside;
    return select(inside, x * (x + three) / N(Index{6}), select(below, zero, x));
  }
};
BOOST_DESCRIBE_STRUCT(Hardswish, (), ())

}  // namespace plumbline::spec
