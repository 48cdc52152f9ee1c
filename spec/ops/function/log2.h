// y = log₂ x
#pragma once

#include "spec/ops/function/log.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Log2 {
  static constexpr std::string_view name = "log2", summary = "y = the logarithm of x to base 2";
  static constexpr int arity = 1;
  bool operator==(const Log2&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return log2(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {div(div(ct, in[0]), call(Log{}, literal(ct, 2)))};
  }
  static Sample<Log2> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(0, 1e30, {0, 1, 2})}};
  }
};
BOOST_DESCRIBE_STRUCT(Log2, (), ())

}  // namespace plumbline::spec
