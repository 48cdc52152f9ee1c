// y = x on and above a diagonal of its matrices, and 0 elsewhere
#pragma once

#include "spec/ops/shape/triangle.h"

namespace plumbline::spec {

struct Triu {
  Index diagonal = 0;  // 0 the main one; above it from 1, below it from −1

  static constexpr std::string_view name = "triu", summary = "x on and above a diagonal of its matrices, else 0";
  static constexpr int arity = 1;
  bool operator==(const Triu&) const = default;

  Result<Shape> shape(const Shapes& in) const { return matrix_shape(*this, in[0]); }  // [triu C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return triangle(in[0], [&](Index above) { return above >= diagonal; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {call(*this, ct)};
  }
  static Sample<Triu> sample(Choices& choices) { return sample_triangle<Triu>(choices); }
};
BOOST_DESCRIBE_STRUCT(Triu, (), (diagonal))

}  // namespace plumbline::spec
