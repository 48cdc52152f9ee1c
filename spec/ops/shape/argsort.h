// y_k = i where x_i stands at place k when x is sorted along an axis
#pragma once

#include "spec/ops/shape/equals.h"

namespace plumbline::spec {

struct Argsort {
  Index axis = -1;
  bool descending = false;
  bool stable = false;  // true: equals keep their order, whatever ties a kernel claims

  static constexpr std::string_view name = "argsort", summary = "the places in x of its sorted elements along an axis";
  static constexpr int arity = 1;
  bool operator==(const Argsort&) const = default;

  Result<Shape> shape(const Shapes& in) const { return ranked_shape(*this, in[0]); }  // [argsort C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape& shape = in[0].shape();
    return ranked(in[0], axis, shape[*normal_axis(axis, shape.rank())], descending,
                  [](const Ranking& r, Index k, auto&&) { return r.place<N>(k, [](Index i) { return N(i); }); });
  }
  std::vector<Tri> among_ties(const Tensors<double>& in, const Tensor<double>& got) const {
    if (stable) return {};
    return places_among_equals(in[0], got, axis, descending, /*in_order=*/true);
  }
  static Sample<Argsort> sample(Choices& choices) {
    auto sample = sample_ranked<Argsort>(choices);
    sample.op.descending = choices.coin(), sample.op.stable = choices.coin();
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(Argsort, (), (axis, descending, stable))

}  // namespace plumbline::spec
