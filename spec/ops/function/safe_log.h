// y = ln(ln(1 + e^x) + ε), a logarithm that is defined everywhere
#pragma once

#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/activation/softplus.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"

namespace plumbline::spec {

struct SafeLog {
  double eps = 1e-6;

  static constexpr std::string_view name = "safe_log", summary = "y = ln(softplus(x) + eps)";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  bool operator==(const SafeLog&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(eps > 0 && std::isfinite(eps))) return refuse(*this, 1, "eps is not positive and finite: ", eps);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) { return log(log(N(Index{1}) + exp(x)) + real(x, eps)); });
  }
  // split: the softplus as x + ln(1 + e^−x) for x ≥ 0.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) { return log(softplus_split(x) + real(x, eps)); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {div(mul(ct, call(Sigmoid{}, in[0])), add(call(Softplus{}, in[0]), literal(ct, eps)))};
  }
  static Sample<SafeLog> sample(Choices& choices) {
    const double eps = choices.one_of<double>({1e-6, 0.25, 1e-3, 1, 1e-12});
    const Domain domain = Domain::within(-0x1p20, 0x1p20, {0, 0.5413248546, -17, 88.7, -103});
    return {{eps}, {pick_shape(choices, 0, 4)}, {domain}};
  }
};
BOOST_DESCRIBE_STRUCT(SafeLog, (), (eps))

}  // namespace plumbline::spec
