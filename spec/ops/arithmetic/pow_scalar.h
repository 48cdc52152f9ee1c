// y = x^p for a number p
#pragma once

#include "spec/ops/arithmetic/pow.h"

namespace plumbline::spec {

struct PowScalar {
  double exponent = 2;

  static constexpr std::string_view name = "pow_scalar", summary = "y = x^exponent";
  static constexpr int arity = 1;
  bool operator==(const PowScalar&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!std::isfinite(exponent)) return refuse(*this, 1, "exponent is not finite: ", exponent);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) { return pow(x, real(x, exponent)); });
  }
  // dx = ct p x^(p−1); where p − 1 is not a double, the difference is left to the numbers.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const double less_one = exponent - 1;
    if (exponent == 0) return {mul(ct, literal(ct, 0))};
    const bool exact = less_one + 1 == exponent && exponent - less_one == 1;
    const T power =
        exact ? call(PowScalar{less_one}, in[0]) : call(Pow{}, in[0], sub(literal(ct, exponent), literal(ct, 1)));
    return {mul(mul(ct, literal(ct, exponent)), power)};
  }
  static Sample<PowScalar> sample(Choices& choices) {
    const double exponent = static_cast<double>(choices.pick(-12, 16)) / 4;
    const bool whole = exponent == std::floor(exponent);
    const Domain domain = whole ? Domain::near({0, 1}) : Domain::within(0, 0x1p20, {0, 1});
    return {{exponent}, {pick_shape(choices, 0, 4)}, {domain}};
  }
};
BOOST_DESCRIBE_STRUCT(PowScalar, (), (exponent))

}  // namespace plumbline::spec
