// y = x / (1 + |x|)
#pragma once

#include "spec/ops/arithmetic/abs.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Softsign {
  static constexpr std::string_view name = "softsign", summary = "y = x / (1 + |x|)";
  static constexpr int arity = 1;
  bool operator==(const Softsign&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  // The limits at ±∞ are ±1, where the formula alone would say ∞/∞.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N zero(Index{0}), one(Index{1});
      return select(is_infinite(x), select(less(x, zero), -one, one), x / (one + abs(x)));
    });
  }
  // dx = ct / (1 + |x|)², divided twice so that nothing overflows
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T t = add(literal(ct, 1), call(Abs{}, in[0]));
    return {div(div(ct, t), t)};
  }
  static Sample<Softsign> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -1, 1, -0x1p24, 0x1p24})}};
  }
};
BOOST_DESCRIBE_STRUCT(Softsign, (), ())

}  // namespace plumbline::spec
