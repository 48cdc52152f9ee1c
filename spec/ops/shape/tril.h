// y = x on and below a diagonal of its matrices, and 0 elsewhere
#pragma once

#include "spec/ops/shape/triangle.h"

namespace plumbline::spec {

struct Tril {
  Index diagonal = 0;  // 0 the main one; above it from 1, below it from −1

  static constexpr std::string_view name = "tril", summary = "x on and below a diagonal of its matrices, else 0";
  static constexpr int arity = 1;
  bool operator==(const Tril&) const = default;

  Result<Shape> shape(const Shapes& in) const { return matrix_shape(*this, in[0]); }  // [tril C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return triangle(in[0], [&](Index above) { return above <= diagonal; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {call(*this, ct)};
  }
  static Sample<Tril> sample(Choices& choices) { return sample_triangle<Tril>(choices); }
};
BOOST_DESCRIBE_STRUCT(Tril, (), (diagonal))

}  // namespace plumbline::spec
