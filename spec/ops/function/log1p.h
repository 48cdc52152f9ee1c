// y = ln(1 + x)
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Log1p {
  static constexpr std::string_view name = "log1p", summary = "y = ln(1 + x)";
  static constexpr int arity = 1;
  bool operator==(const Log1p&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return log1p(x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {div(ct, add(literal(ct, 1), in[0]))};
  }
  static Sample<Log1p> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-1, 1e30, {-1, 0})}};
  }
};
BOOST_DESCRIBE_STRUCT(Log1p, (), ())

}  // namespace plumbline::spec
