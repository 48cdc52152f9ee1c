// y = erf x = 2/√π ∫₀ˣ e^(−t²) dt
#pragma once

#include "spec/ops/arithmetic/neg.h"
#include "spec/ops/arithmetic/sqrt.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/function/normal_pdf.h"

namespace plumbline::spec {

struct Erf {
  static constexpr std::string_view name = "erf", summary = "y = erf x, the error function";
  static constexpr int arity = 1;
  bool operator==(const Erf&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return erf(x); });
  }
  // dx = ct 2/√π e^(−x²), where 2/√π = √8 φ(0)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T factor = mul(call(Sqrt{}, literal(ct, 8)), call(NormalPdf{}, literal(ct, 0)));
    return {mul(ct, mul(factor, call(Exp{}, neg(mul(in[0], in[0])))))};
  }
  static Sample<Erf> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-14, 14, {0, -3.9, 3.9, 10})}};
  }
};
BOOST_DESCRIBE_STRUCT(Erf, (), ())

}  // namespace plumbline::spec
