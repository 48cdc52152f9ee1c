// y = max x over a set of axes; ties share the derivative evenly. With its index along one axis, where the first winner
// takes it all: topk and topk_indices with k=1.
#pragma once

#include "spec/ops/reduce/max_grad.h"

namespace plumbline::spec {

struct Max {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "max", summary = "y = largest x over a set of axes";
  static constexpr int arity = 1;
  bool operator==(const Max&) const = default;

  Result<Shape> shape(const Shapes& in) const { return reduced_shape_of_some(*this, in[0]); }  // [max C1], [max C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) { return max_of<N>(n, x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(MaxGrad{axes, keepdim}, in[0], ct)};
  }
  static Sample<Max> sample(Choices& choices) { return sample_reduction<Max>(choices, /*least_extent=*/1); }
};
BOOST_DESCRIBE_STRUCT(Max, (), (axes, keepdim))

}  // namespace plumbline::spec
