// y = −1, 0 or 1; derivative 0
#pragma once

#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Sign {
  static constexpr std::string_view name = "sign", summary = "y = -1, 0 or 1 as x is negative, zero or positive";
  static constexpr int arity = 1;
  bool operator==(const Sign&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) {
      const N zero(Index{0});
      return select(less(x, zero), N(Index{-1}), select(less(zero, x), N(Index{1}), select(equal(x, zero), zero, x)));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {full_like(ct, in[0].shape(), 0)};
  }
  static Sample<Sign> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0})}}; }
};
BOOST_DESCRIBE_STRUCT(Sign, (), ())

}  // namespace plumbline::spec
