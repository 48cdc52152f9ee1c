// y = x sorted along an axis
#pragma once

#include "spec/ops/shape/sort_by.h"

namespace plumbline::spec {

struct Sort {
  Index axis = -1;
  bool descending = false;
  bool stable = false;  // true: the derivative goes to equals in their own order, whatever ties are claimed

  static constexpr std::string_view name = "sort", summary = "x sorted along an axis, NaN as the largest";
  static constexpr int arity = 1;
  bool operator==(const Sort&) const = default;

  Result<Shape> shape(const Shapes& in) const { return ranked_shape(*this, in[0]); }  // [sort C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape& shape = in[0].shape();
    return ranked(in[0], axis, shape[*normal_axis(axis, shape.rank())], descending,
                  [](const Ranking& r, Index k, auto&& x) { return r.place<N>(k, x); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(SortGrad{axis, descending, stable}, in[0], ct)};
  }
  static Sample<Sort> sample(Choices& choices) {
    auto sample = sample_ranked<Sort>(choices);
    sample.op.descending = choices.coin(), sample.op.stable = choices.coin();
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(Sort, (), (axis, descending, stable))

}  // namespace plumbline::spec
