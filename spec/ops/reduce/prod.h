// y = Π x over a set of axes
#pragma once

#include "spec/ops/reduce/cumprod.h"
#include "spec/ops/reduce/rows.h"

namespace plumbline::spec {

struct Prod {
  Axes axes;  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "prod", summary = "y = product of x over a set of axes";
  static constexpr int arity = 1;
  bool operator==(const Prod&) const = default;

  Result<Shape> shape(const Shapes& in) const { return reduced_shape(*this, in[0]); }  // [prod C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) {
      if (n == 0) return N(Index{1});
      N y = x(Index{0});
      for (Index k = 1; k < n; ++k) y = y * x(k);
      return y;
    });
  }
  // dx_i = ct Π_{j ≠ i} x_j, as the product of what stands before i and what stands after it: zeros do no harm.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Rows<Prod> rows(*this, in[0].shape());
    const T x = rows.of(in[0]);
    const T before = call(Cumprod{1, /*exclusive=*/true, /*reverse=*/false}, x);
    const T after = call(Cumprod{1, /*exclusive=*/true, /*reverse=*/true}, x);
    return {rows.back(mul(mul(before, after), rows.of_reduced(ct)))};
  }
  static Sample<Prod> sample(Choices& choices) {
    auto sample = sample_reduction<Prod>(choices);
    sample.domains = {Cumprod::factors(choices)};
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(Prod, (), (axes, keepdim))

}  // namespace plumbline::spec
