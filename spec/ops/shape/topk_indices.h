// y = the places in x of its k largest, or smallest, along an axis, in sorted order
#pragma once

#include "spec/ops/shape/equals.h"
#include "spec/ops/shape/top.h"

namespace plumbline::spec {

struct TopkIndices {
  Index k = 1, axis = -1;
  bool largest = true;
  bool sorted = true;  // false: a kernel that claims any ties may hand them out in any order

  static constexpr std::string_view name = "topk_indices", summary = "the places of the k largest or smallest of x";
  static constexpr int arity = 1;
  bool operator==(const TopkIndices&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    return top_shape(*this, in[0]);
  }  // [topk_indices C1], [topk_indices C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return ranked(in[0], axis, k, /*descending=*/largest, [](const Ranking& r, Index place, auto&&) {
      return r.place<N>(place, [](Index i) { return N(i); });
    });
  }
  std::vector<Tri> among_ties(const Tensors<double>& in, const Tensor<double>& got) const {
    return places_among_equals(in[0], got, axis, /*descending=*/largest, /*in_order=*/sorted);
  }
  static Sample<TopkIndices> sample(Choices& choices) { return sample_top<TopkIndices>(choices); }
};
BOOST_DESCRIBE_STRUCT(TopkIndices, (), (k, axis, largest, sorted))

}  // namespace plumbline::spec
