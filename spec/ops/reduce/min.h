// y = min x over a set of axes; ties share the derivative evenly
#pragma once

#include "spec/ops/reduce/extremes.h"
#include "spec/ops/reduce/max_grad.h"

namespace plumbline::spec {

struct Min {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "min", summary = "y = smallest x over a set of axes";
  static constexpr int arity = 1;
  bool operator==(const Min&) const = default;

  Result<Shape> shape(const Shapes& in) const { return reduced_shape_of_some(*this, in[0]); }  // [min C1], [min C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) { return min_of<N>(n, x); });
  }
  // The winners are those of −x.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(MaxGrad{axes, keepdim}, neg(in[0]), ct)};
  }
  static Sample<Min> sample(Choices& choices) { return sample_reduction<Min>(choices, /*least_extent=*/1); }
};
BOOST_DESCRIBE_STRUCT(Min, (), (axes, keepdim))

}  // namespace plumbline::spec
