// z = 1 where x or y is not 0, else 0, broadcast
#pragma once

#include "spec/ops/compare/logical_not.h"

namespace plumbline::spec {

struct LogicalOr {
  static constexpr std::string_view name = "logical_or", summary = "z = 1 where x or y is not 0, else 0, broadcast";
  static constexpr int arity = 2;
  bool operator==(const LogicalOr&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [logical_or C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) { return indicator<N>(truth(x) | truth(y)); });
  }
  static Sample<LogicalOr> sample(Choices& choices) {
    return {{}, pick_broadcast(choices), {truths(choices), truths(choices)}};
  }
};
BOOST_DESCRIBE_STRUCT(LogicalOr, (), ())

}  // namespace plumbline::spec
