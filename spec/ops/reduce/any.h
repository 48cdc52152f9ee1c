// y = 1 where some x is not 0, else 0, over a set of axes
#pragma once

#include "spec/ops/reduce/truths.h"

namespace plumbline::spec {

struct Any {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "any", summary = "y = 1 where some x over a set of axes is not 0, else 0";
  static constexpr int arity = 1;
  bool operator==(const Any&) const = default;

  Result<Shape> shape(const Shapes& in) const { return reduced_shape(*this, in[0]); }  // [any C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) { return indicator<N>(one_is_true(n, x)); });
  }
  static Sample<Any> sample(Choices& choices) { return sample_truths<Any>(choices); }
};
BOOST_DESCRIBE_STRUCT(Any, (), (axes, keepdim))

}  // namespace plumbline::spec
