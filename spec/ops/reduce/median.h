// y = the lower median of x over a set of axes: the number at place ⌊(n − 1)/2⌋ of the sorted order
#pragma once

#include "spec/ops/reduce/rows.h"
#include "spec/ops/shape/pad.h"
#include "spec/ops/shape/sort_grad.h"

namespace plumbline::spec {

struct Median {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "median", summary = "y = lower median of x over a set of axes";
  static constexpr int arity = 1;
  bool operator==(const Median&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    return reduced_shape_of_some(*this, in[0]);
  }  // [median C1], [median C2]
  // NaN where one of the numbers is.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) -> N {
      const Ranking ranking = Ranking::of<N>(n, x, /*descending=*/false);
      const N last = ranking.place<N>(n - 1, x);
      return select(is_nan(last), last, ranking.place<N>((n - 1) / 2, x));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Rows<Median> rows(*this, in[0].shape());
    Pad others;
    const Index n = rows.length();
    others.padding = {0, 0, (n - 1) / 2, n - 1 - (n - 1) / 2};
    return {rows.back(call(SortGrad{1, false, /*stable=*/false}, rows.of(in[0]), call(others, rows.of_reduced(ct))))};
  }
  static Sample<Median> sample(Choices& choices) { return sample_reduction<Median>(choices, /*least_extent=*/1); }
};
BOOST_DESCRIBE_STRUCT(Median, (), (axes, keepdim))

}  // namespace plumbline::spec
