// y = ln x
#pragma once

#include "spec/ops/arithmetic/div.h"

namespace plumbline::spec {

struct Log {
  static constexpr std::string_view name = "log", summary = "y = ln x";
  static constexpr int arity = 1;
  bool operator==(const Log&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return log(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {div(ct, in[0])};
  }
  static Sample<Log> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(0, 1e30, {0, 1})}};
  }
};
BOOST_DESCRIBE_STRUCT(Log, (), ())

}  // namespace plumbline::spec
