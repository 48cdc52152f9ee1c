// z = x / y, broadcast
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/neg.h"

namespace plumbline::spec {

struct Div {
  static constexpr std::string_view name = "div", summary = "z = x / y, broadcast";
  static constexpr int arity = 2;
  bool operator==(const Div&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [div C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) { return x / y; });
  }
  // dx = ct / y, dy = −ct z / y
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& z, const T& ct) const {
    const T dx = call(*this, ct, in[1]);
    return {sum_to(dx, in[0].shape()), neg(sum_to(mul(dx, z), in[1].shape()))};
  }
  static Sample<Div> sample(Choices& choices) {
    return {{}, pick_broadcast(choices), {Domain::any(), Domain::near({0})}};
  }
};
BOOST_DESCRIBE_STRUCT(Div, (), ())

template <TensorLike T>
T div(const T& x, const T& y) {
  return call(Div{}, x, y);
}

}  // namespace plumbline::spec
