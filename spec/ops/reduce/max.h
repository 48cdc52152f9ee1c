// y = max x over a set of axes; ties share the derivative evenly
#pragma once

#include "spec/ops/elementwise/div.h"
#include "spec/ops/elementwise/equal.h"
#include "spec/ops/elementwise/where.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

struct Max {
  Axes axes;  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "max", summary = "y = largest x over a set of axes";
  static constexpr int arity = 1;
  bool operator==(const Max&) const = default;

  Result<Shape> shape(const Shapes& in) const { return reduced_shape_of_some(*this, in[0]); }  // [max C1], [max C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) { return max_of<N>(n, x); });
  }
  // dx = ct / (the number of winners) at each winner
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const Shape& shape = in[0].shape();
    const T winners = call(Equal{}, in[0], keep_axes(*this, y, shape));
    const T share = div(keep_axes(*this, ct, shape), call(Sum{axes, true}, winners));
    return {where(winners, share, literal(ct, 0))};
  }
  static Sample<Max> sample(Choices& choices) { return sample_reduction<Max>(choices, /*least_extent=*/1); }
};
BOOST_DESCRIBE_STRUCT(Max, (), (axes, keepdim))

}  // namespace plumbline::spec
