// z = 1 where both x and y are not 0, else 0, broadcast
#pragma once

#include "spec/ops/compare/logical_not.h"

namespace plumbline::spec {

struct LogicalAnd {
  static constexpr std::string_view name = "logical_and";
  static constexpr std::string_view summary = "z = 1 where both x and y are not 0, else 0, broadcast";
  static constexpr int arity = 2;
  bool operator==(const LogicalAnd&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [logical_and C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) { return indicator<N>(truth(x) & truth(y)); });
  }
  static Sample<LogicalAnd> sample(Choices& choices) {
    return {{}, pick_broadcast(choices), {truths(choices), truths(choices)}};
  }
};
BOOST_DESCRIBE_STRUCT(LogicalAnd, (), ())

}  // namespace plumbline::spec
