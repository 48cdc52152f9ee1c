// z = x − y, broadcast
#pragma once

#include "spec/ops/arithmetic/neg.h"
#include "spec/ops/reduce/sum_to.h"

namespace plumbline::spec {

struct Sub {
  static constexpr std::string_view name = "sub", summary = "z = x - y, broadcast";
  static constexpr int arity = 2;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Sub&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [sub C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) { return x - y; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {sum_to(ct, in[0].shape()), neg(sum_to(ct, in[1].shape()))};
  }
  static Sample<Sub> sample(Choices& choices) { return {{}, pick_broadcast(choices), {}}; }
};
BOOST_DESCRIBE_STRUCT(Sub, (), ())

template <TensorLike T>
T sub(const T& x, const T& y) {
  return call(Sub{}, x, y);
}

}  // namespace plumbline::spec
