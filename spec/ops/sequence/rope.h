// (y_a, y_b) = (x_a cos θ − x_b sin θ, x_a sin θ + x_b cos θ) for pair i at position pos, θ = pos · base^(−2i/d)
#pragma once

#include "spec/ops/sequence/positions.h"

namespace plumbline::spec {

// The last axis, of extent d, holds the pairs: (2i, 2i + 1) interleaved, else (i, i + ⌊d/2⌋). A last coordinate without
// a partner stays as it is.
struct Rope {
  Index axis = -2;  // of the positions
  Index start = 0;  // the first position
  double base = 10000;
  bool interleaved = true;
  bool inverse = false;  // rotates by −θ

  static constexpr std::string_view name = "rope",
                                    summary = "pairs of the last axis rotated by position * base^(-2i/d)";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"direct", "table"};
  bool operator==(const Rope&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (const auto axis_of = position_axis(*this, in[0]); !axis_of)  // [rope C1..C4]
      return tl::unexpected(axis_of.error());
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return rotated(in[0], /*exact=*/false);
  }
  // direct: angles in the claimed format. table: sines and cosines of the exact angles, rounded as numbers of a table.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return rotated(in[0], /*exact=*/method == "table");
  }
  // dx = ct rotated back
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {call(Rope{axis, start, base, interleaved, !inverse}, ct)};
  }
  static Sample<Rope> sample(Choices& choices) {
    auto sample = sample_positions<Rope>(choices);
    sample.op.interleaved = choices.pick(0, 2) < 2;
    sample.op.inverse = choices.pick(0, 2) == 2;
    return sample;
  }

 private:
  template <Number N>
  Tensor<N> rotated(const Tensor<N>& x, bool exact) const {
    const Index d = x.shape().back(0), pairs = d / 2;
    const Angles<N> angle = angles(*this, x, pairs, exact);
    return Tensor<N>::generate(x.shape(), [&](Index e) {
      const Index c = e % d, i = interleaved ? c / 2 : c % std::max<Index>(1, pairs);
      if (c >= 2 * pairs) return x[e];
      const bool second = interleaved ? c % 2 == 1 : c >= pairs;
      const Index step = interleaved ? 1 : pairs;
      const N &sine = angle.sine[angle.at(e, i)], &cosine = angle.cosine[angle.at(e, i)];
      if (second == inverse) return N(x[e] * cosine - x[second ? e - step : e + step] * sine);
      return N(x[e] * cosine + x[second ? e - step : e + step] * sine);
    });
  }
};
BOOST_DESCRIBE_STRUCT(Rope, (), (axis, start, base, interleaved, inverse))

}  // namespace plumbline::spec
