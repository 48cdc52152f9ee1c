// y = 1 where every x is not 0, else 0, over a set of axes
#pragma once

#include "spec/ops/reduce/truths.h"

namespace plumbline::spec {

struct All {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "all", summary = "y = 1 where every x over a set of axes is not 0, else 0";
  static constexpr int arity = 1;
  bool operator==(const All&) const = default;

  Result<Shape> shape(const Shapes& in) const { return reduced_shape(*this, in[0]); }  // [all C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) { return indicator<N>(all_are_true(n, x)); });
  }
  static Sample<All> sample(Choices& choices) { return sample_truths<All>(choices); }
};
BOOST_DESCRIBE_STRUCT(All, (), (axes, keepdim))

}  // namespace plumbline::spec
