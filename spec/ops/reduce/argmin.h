// y = the place of the smallest x over a set of axes: the first of them
#pragma once

#include "spec/ops/reduce/extremes.h"

namespace plumbline::spec {

struct Argmin {
  Axes axes = {};  // empty: all; the place is counted in row-major order over the set
  bool keepdim = false;

  static constexpr Aliases<1> aliases{{{"axes", "axis"}}};
  static constexpr std::string_view name = "argmin", summary = "the place of the smallest x, the first of equals";
  static constexpr int arity = 1;
  bool operator==(const Argmin&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    return reduced_shape_of_some(*this, in[0]);
  }  // [argmin C1], [argmin C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return places_of_largest(*this, in[0], /*negated=*/true);
  }
  std::vector<Tri> among_ties(const Tensors<double>& in, const Tensor<double>& got) const {
    return places_among_ties(*this, in[0], got, /*negated=*/true);
  }
  static Sample<Argmin> sample(Choices& choices) { return sample_reduction<Argmin>(choices, /*least_extent=*/1); }
};
BOOST_DESCRIBE_STRUCT(Argmin, (), (axes, keepdim))

}  // namespace plumbline::spec
