// y = x, with derivative 0
#pragma once

#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Detach {
  static constexpr std::string_view name = "detach", summary = "y = x, through which no gradient flows";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Detach&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return detached(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {full_like(ct, in[0].shape(), 0)};
  }
  static Sample<Detach> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {Domain::any()}}; }
};
BOOST_DESCRIBE_STRUCT(Detach, (), ())

}  // namespace plumbline::spec
