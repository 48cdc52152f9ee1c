// z = x + y, broadcast
#pragma once

#include "spec/ops/reduce/sum_to.h"

namespace plumbline::spec {

struct Add {
  static constexpr std::string_view name = "add", summary = "z = x + y, broadcast";
  static constexpr int arity = 2;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Add&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [add C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) { return x + y; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {sum_to(ct, in[0].shape()), sum_to(ct, in[1].shape())};
  }
  static Sample<Add> sample(Choices& choices) { return {{}, pick_broadcast(choices), {}}; }
};
BOOST_DESCRIBE_STRUCT(Add, (), ())

template <TensorLike T>
T add(const T& x, const T& y) {
  return call(Add{}, x, y);
}

}  // namespace plumbline::spec
