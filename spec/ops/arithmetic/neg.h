// y = −x
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

struct Neg {
  static constexpr std::string_view name = "neg", summary = "y = -x";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Neg&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return -x; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {call(*this, ct)};
  }
  static Sample<Neg> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {}}; }
};
BOOST_DESCRIBE_STRUCT(Neg, (), ())

template <TensorLike T>
T neg(const T& x) {
  return call(Neg{}, x);
}

}  // namespace plumbline::spec
