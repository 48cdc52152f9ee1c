// l = d²/2 where |d| < delta, else delta (|d| − delta/2); d = x − t
#pragma once

#include "spec/ops/arithmetic/clamp.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct Huber {
  std::string reduction = "mean";  // none, mean or sum
  double delta = 1;                // where the parabola goes over into lines; positive

  static constexpr std::string_view name = "huber",
                                    summary = "d^2/2 where |d| < delta, else delta (|d| - delta/2), d = x "
                                              "- t; inputs x, t";
  static constexpr int arity = 2;
  static constexpr auto words = reduction_words;
  bool operator==(const Huber&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(delta > 0 && std::isfinite(delta))) return refuse(*this, 3, "delta must be finite and positive: ", delta);
    return pointwise_shape(*this, in);  // [huber C1], [huber C2]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce_terms<N>(*this, in[0].shape(), [&](Index i) {
      const N d = in[0][i] - in[1][i], size = abs(d), edge = real(d, delta), half = ratio(d, 1, 2);
      return N(select(less(size, edge), half * square(d), edge * (size - half * edge)));
    });
  }
  // dx = d brought into [−delta, delta], times ct
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T slope = call(Clamp{-delta, delta}, sub(in[0], in[1]));
    const T dx = mul(slope, term_cotangent(*this, ct, in[0].shape().size()));
    return {dx, neg(dx)};
  }
  static Sample<Huber> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    const std::string reduction = pick_reduction(choices);
    const double delta = choices.one_of<double>({1, 0.5, 0.3, 3});
    return {{reduction, delta}, {shape, shape}, {Domain::near({0, delta, -delta}), Domain::near({0})}};
  }
};
BOOST_DESCRIBE_STRUCT(Huber, (), (reduction, delta))

}  // namespace plumbline::spec
