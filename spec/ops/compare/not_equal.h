// z = 1 where x ≠ y, else 0, broadcast
#pragma once

#include "spec/ops/reduce/sum_to.h"

namespace plumbline::spec {

struct NotEqual {
  static constexpr std::string_view name = "not_equal", summary = "z = 1 where x != y, else 0, broadcast";
  static constexpr int arity = 2;
  bool operator==(const NotEqual&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [not_equal C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) { return indicator<N>(!equal(x, y)); });
  }
  static Sample<NotEqual> sample(Choices& choices) {
    return {{}, pick_broadcast(choices), {Domain::near({0}), Domain::near({0})}};
  }
};
BOOST_DESCRIBE_STRUCT(NotEqual, (), ())

}  // namespace plumbline::spec
