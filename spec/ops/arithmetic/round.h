// y = x rounded to `decimals` decimal places, ties to even; derivative 0
#pragma once

#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Round {
  Index decimals = 0;  // negative: so many places before the point

  static constexpr std::string_view name = "round";
  static constexpr std::string_view summary = "y = x rounded to decimals places after the point, ties to even";
  static constexpr int arity = 1;
  bool operator==(const Round&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (decimals < -most_decimals || decimals > most_decimals)
      return refuse(*this, 1, "decimals is ", decimals, ", outside [-", most_decimals, ", ", most_decimals, "]");
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    if (decimals == 0) return map(in[0], [](const N& x) { return round_even(x); });
    Index power = 1;
    for (Index k = 0; k < std::abs(decimals); ++k) power *= 10;
    return map(in[0], [&](const N& x) {
      const N p(power);
      return decimals > 0 ? round_even(x * p) / p : round_even(x / p) * p;
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {full_like(ct, in[0].shape(), 0)};
  }
  static Sample<Round> sample(Choices& choices) {
    const Index decimals = choices.one_of<Index>({0, 0, 0, 1, 2, 3, -1, -2});
    const double unit = std::pow(10.0, -static_cast<double>(decimals));
    const Domain domain = Domain::near({0, unit / 2, -unit / 2, 1.5 * unit, 2.5 * unit, 8 * unit});
    return {{decimals}, {pick_shape(choices, 0, 4)}, {domain}};
  }

  static constexpr Index most_decimals = 18;  // 10^18 is the largest power of ten in an Index
};
BOOST_DESCRIBE_STRUCT(Round, (), (decimals))

}  // namespace plumbline::spec
