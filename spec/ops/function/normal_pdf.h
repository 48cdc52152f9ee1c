// y = φ(x) = e^(−x²/2) / √(2π), the density of the normal distribution
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/neg.h"

namespace plumbline::spec {

struct NormalPdf {
  static constexpr std::string_view name = "normal_pdf", summary = "y = exp(-x^2 / 2) / sqrt(2 pi)";
  static constexpr int arity = 1;
  bool operator==(const NormalPdf&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return exp(-(x * x) / N(Index{2})) / sqrt(N(Index{2}) * pi(x)); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    return {neg(mul(ct, mul(in[0], y)))};
  }
  static Sample<NormalPdf> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-15, 15, {0, -13.2, 13.2})}};
  }
};
BOOST_DESCRIBE_STRUCT(NormalPdf, (), ())

}  // namespace plumbline::spec
