// y = x + sin θ at even, cos θ at odd coordinates c of the last axis, θ = pos · base^(−2⌊c/2⌋/d)
#pragma once

#include "spec/ops/sequence/positions.h"

namespace plumbline::spec {

struct SinusoidalEncoding {
  Index axis = -2;  // of the positions
  Index start = 0;  // the first position
  double base = 10000;

  static constexpr std::string_view name = "sinusoidal_encoding",
                                    summary = "x plus sine and cosine of position * base^(-2 floor(c/2) / d)";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"direct", "table"};
  bool operator==(const SinusoidalEncoding&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (const auto axis_of = position_axis(*this, in[0]); !axis_of)  // [sinusoidal_encoding C1..C4]
      return tl::unexpected(axis_of.error());
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return encoded(in[0], /*exact=*/false);
  }
  // direct: angles in the claimed format. table: sines and cosines of the exact angles, rounded as numbers of a table.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return encoded(in[0], /*exact=*/method == "table");
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {ct};
  }
  static Sample<SinusoidalEncoding> sample(Choices& choices) { return sample_positions<SinusoidalEncoding>(choices); }

 private:
  template <Number N>
  Tensor<N> encoded(const Tensor<N>& x, bool exact) const {
    const Index d = x.shape().back(0);
    const Angles<N> angle = angles(*this, x, (d + 1) / 2, exact);
    return Tensor<N>::generate(x.shape(), [&](Index e) {
      const Index c = e % d;
      return N(x[e] + (c % 2 == 0 ? angle.sine : angle.cosine)[angle.at(e, c / 2)]);
    });
  }
};
BOOST_DESCRIBE_STRUCT(SinusoidalEncoding, (), (axis, start, base))

}  // namespace plumbline::spec
