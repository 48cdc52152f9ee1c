// dx = ct where x > 0, else 0
#pragma once

#include "spec/ops/reduce/sum_to.h"

namespace plumbline::spec {

struct ReluGrad {
  static constexpr std::string_view name = "relu_grad", summary = "ct where x > 0, else 0; inputs x, ct";
  static constexpr int arity = 2;
  bool operator==(const ReluGrad&) const = default;

  bool differentiable(std::size_t input) const { return input == 1; }
  Result<Shape> shape(const Shapes& in) const { return same_shapes(*this, in); }  // [relu_grad C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& ct) { return select(less(N(Index{0}), x), ct, N(Index{0})); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    return {call(*this, in[0], v)};
  }
  static Sample<ReluGrad> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    return {{}, {shape, shape}, {Domain::near({0})}};
  }
};
BOOST_DESCRIBE_STRUCT(ReluGrad, (), ())

}  // namespace plumbline::spec
