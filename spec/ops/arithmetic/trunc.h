// y = x without its fraction; derivative 0
#pragma once

#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Trunc {
  static constexpr std::string_view name = "trunc", summary = "y = x rounded towards zero";
  static constexpr int arity = 1;
  bool operator==(const Trunc&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return select(less(x, N(Index{0})), -floor(-x), floor(x)); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {full_like(ct, in[0].shape(), 0)};
  }
  static Sample<Trunc> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -0.5, 0.5, 1, 1.5, 2.5, -3, 0x1.fffffcp+22})}};
  }
};
BOOST_DESCRIBE_STRUCT(Trunc, (), ())

}  // namespace plumbline::spec
