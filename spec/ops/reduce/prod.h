// y = Π x over a set of axes
#pragma once

#include "spec/ops/reduce/prod_grad.h"

namespace plumbline::spec {

struct Prod {
  Axes axes = {};  // empty: all
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
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(ProdGrad{axes, keepdim}, in[0], ct)};
  }
  static Sample<Prod> sample(Choices& choices) {
    auto sample = sample_reduction<Prod>(choices);
    sample.domains = {Cumprod::factors(choices)};
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(Prod, (), (axes, keepdim))

}  // namespace plumbline::spec
