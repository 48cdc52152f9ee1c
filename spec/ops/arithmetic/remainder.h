// z = x − y ⌊x/y⌋, which has the sign of y, broadcast
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/round.h"
#include "spec/ops/arithmetic/sub.h"

namespace plumbline::spec {

struct Remainder {
  static constexpr std::string_view name = "remainder";
  static constexpr std::string_view summary = "z = x - y floor(x / y), with the sign of y, broadcast";
  static constexpr int arity = 2;
  bool operator==(const Remainder&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [remainder C1]
  // Undefined for y = 0, as 0/0.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) {
      return select(equal(y, N(Index{0})), y / y, floored_remainder(x, y));
    });
  }
  // dx = ct, dy = −ct ⌊x/y⌋ with ⌊x/y⌋ = (x − z)/y, which no rounding takes to the next integer
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& z, const T& ct) const {
    const T quotient = call(Round{}, div(sub(in[0], z), in[1]));
    return {sum_to(ct, in[0].shape()), neg(sum_to(mul(ct, quotient), in[1].shape()))};
  }
  // Integers and halves, whose quotients often are whole, or any numbers.
  static Sample<Remainder> sample(Choices& choices) {
    const bool whole = choices.coin();
    const Domain x = whole ? Domain::whole_within(-40, 40, {0, 6, -6}) : Domain::near({0, 3, -3});
    const Domain y = whole ? Domain::whole_within(-9, 9, {1, 3, -3}) : Domain::near({1, 3, -0.5});
    return {{}, pick_broadcast(choices), {x, y}};
  }
};
BOOST_DESCRIBE_STRUCT(Remainder, (), ())

}  // namespace plumbline::spec
