// y = √x, with derivative 0 at 0
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/compare/equal.h"
#include "spec/ops/compare/where.h"

namespace plumbline::spec {

struct SafeSqrt {
  static constexpr std::string_view name = "safe_sqrt", summary = "y = the square root of x, with derivative 0 at 0";
  static constexpr int arity = 1;
  bool operator==(const SafeSqrt&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N zero(Index{0});
      return select(equal(x, zero), zero, sqrt(x));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const T at_zero = call(Equal{}, in[0], literal(ct, 0)), root = where(at_zero, literal(ct, 1), y);
    return {where(at_zero, literal(ct, 0), div(ct, mul(root, literal(ct, 2))))};
  }
  static Sample<SafeSqrt> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(0, 1e30, {0, 1})}};
  }
};
BOOST_DESCRIBE_STRUCT(SafeSqrt, (), ())

}  // namespace plumbline::spec
