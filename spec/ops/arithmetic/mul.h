// z = x·y, broadcast
#pragma once

#include "spec/ops/reduce/sum_to.h"

namespace plumbline::spec {

struct Mul {
  static constexpr std::string_view name = "mul", summary = "z = x * y, broadcast";
  static constexpr int arity = 2;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Mul&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [mul C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) { return x * y; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {sum_to(call(*this, ct, in[1]), in[0].shape()), sum_to(call(*this, ct, in[0]), in[1].shape())};
  }
  static Sample<Mul> sample(Choices& choices) { return {{}, pick_broadcast(choices), {}}; }
};
BOOST_DESCRIBE_STRUCT(Mul, (), ())

template <TensorLike T>
T mul(const T& x, const T& y) {
  return call(Mul{}, x, y);
}

}  // namespace plumbline::spec
