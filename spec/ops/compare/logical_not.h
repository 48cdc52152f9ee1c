// y = 1 where x is 0, else 0
#pragma once

#include "spec/ops/reduce/sum_to.h"

namespace plumbline::spec {

// Whatever is not zero is true, NaN too.
template <Number N>
Truth truth(const N& x) {
  return !equal(x, N(Index{0}));
}
// Masks, or any numbers.
inline Domain truths(Choices& choices) { return choices.pick(0, 3) > 0 ? Domain::near({0}) : Domain::mask(); }

struct LogicalNot {
  static constexpr std::string_view name = "logical_not", summary = "y = 1 where x is 0, else 0";
  static constexpr int arity = 1;
  bool operator==(const LogicalNot&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return indicator<N>(!truth(x)); });
  }
  static Sample<LogicalNot> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {truths(choices)}}; }
};
BOOST_DESCRIBE_STRUCT(LogicalNot, (), ())

}  // namespace plumbline::spec
