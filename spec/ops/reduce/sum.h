// y = Σ x over a set of axes
#pragma once

#include "spec/ops/reduce/reduction.h"

namespace plumbline::spec {

struct Sum {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "sum", summary = "y = sum of x over a set of axes";
  static constexpr int arity = 1;
  bool operator==(const Sum&) const = default;

  Result<Shape> shape(const Shapes& in) const { return reduced_shape(*this, in[0]); }  // [sum C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) { return spec::sum<N>(n, x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {broadcast_back(*this, ct, in[0].shape())};
  }
  static Sample<Sum> sample(Choices& choices) { return sample_reduction<Sum>(choices); }
};
BOOST_DESCRIBE_STRUCT(Sum, (), (axes, keepdim))

}  // namespace plumbline::spec

#include "spec/ops/reduce/sum_to.h"
