// y = (Σ x) / n over a set of axes
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/reduce/reduction.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Mean {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "mean", summary = "y = mean of x over a set of axes";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"divided", "scaled"};
  bool operator==(const Mean&) const = default;

  Result<Shape> shape(const Shapes& in) const { return reduced_shape(*this, in[0]); }  // [mean C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) { return spec::sum<N>(n, x) / N(n); });
  }
  // divided: the textbook. scaled: Σ x · (1/n).
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return reduce(*this, in[0],
                  [&](Index n, auto&& x) { return average<N>(n, x, n, /*scaled=*/method == "scaled"); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const auto n = static_cast<double>(reduced_extent(*this, in[0].shape()));
    return {broadcast_back(*this, div(ct, literal(ct, n)), in[0].shape())};
  }
  static Sample<Mean> sample(Choices& choices) { return sample_reduction<Mean>(choices); }
};
BOOST_DESCRIBE_STRUCT(Mean, (), (axes, keepdim))

}  // namespace plumbline::spec
