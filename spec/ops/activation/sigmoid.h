// y = 1 / (1 + e^−x)
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Sigmoid {
  static constexpr std::string_view name = "sigmoid", summary = "y = 1 / (1 + exp(-x))";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  bool operator==(const Sigmoid&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return N(Index{1}) / (N(Index{1}) + exp(-x)); });
  }
  // split: e^x / (1 + e^x) for x < 0, so that the exponential never overflows.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N one(Index{1});
      const Truth negative = less(x, N(Index{0}));
      const N e = exp(select(negative, x, -x));
      return select(negative, e, one) / (one + e);
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {mul(ct, mul(y, sub(literal(y, 1), y)))};
  }
  static Sample<Sigmoid> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-0x1p20, 0x1p20, {0, -17, 17, -88.7, -103})}};
  }
};
BOOST_DESCRIBE_STRUCT(Sigmoid, (), ())

}  // namespace plumbline::spec
