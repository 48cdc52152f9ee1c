// y = e^x
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/function/reduced_exp.h"

namespace plumbline::spec {

struct Exp {
  static constexpr std::string_view name = "exp", summary = "y = e^x";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"direct", "cody_waite_binary32"};
  static constexpr std::array<std::string_view, 1> methods_by_claim{"cody_waite_binary32"};
  bool operator==(const Exp&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return exp(x); });
  }
  // A stated polynomial beside the function itself; what it truncates is part of the bound [exp B1].
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    if (method == "direct") return eval(in);
    return map(in[0], [](const N& x) {
      const Truth beyond = less(N(Index{89}), x) | less(x, N(Index{-104}));
      return select(beyond, exp(x), computed_as(exp(x), reduced_exp<N>(x)));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {mul(ct, y)};
  }
  static Sample<Exp> sample(Choices& choices) {
    return {{}, {pick_shape(choices, 0, 4)}, {Domain::within(-110, 95, {-103.3, -87.3, 0, 88.7})}};
  }
};
BOOST_DESCRIBE_STRUCT(Exp, (), ())

}  // namespace plumbline::spec
