// l = ln cosh(x − t), as it is, summed or averaged
#pragma once

#include "spec/ops/function/tanh.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct LogCosh {
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "log_cosh",
                                    summary = "mean, sum or each of ln cosh(x - t); inputs x, t";
  static constexpr int arity = 2;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  static constexpr auto words = reduction_words;
  bool operator==(const LogCosh&) const = default;

  Result<Shape> shape(const Shapes& in) const { return pointwise_shape(*this, in); }  // [log_cosh C1], [log_cosh C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce_terms<N>(*this, in[0].shape(), [&](Index i) {
      const N d = in[0][i] - in[1][i];
      return N(log((exp(d) + exp(-d)) / N(Index{2})));
    });
  }
  // split: with E = e^(−2|d|) − 1, ½ ln(1 + E²/(4(1 + E))) for |d| < 1, as cosh² = 1 + sinh², which does not cancel;
  // |d| − ln 2 + ln(1 + e^(−2|d|)) beyond, which does not overflow.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return reduce_terms<N>(*this, in[0].shape(), [&](Index i) {
      const N size = abs(in[0][i] - in[1][i]), one(Index{1}), two(Index{2}), four(Index{4});
      const Truth near = less(size, one);
      const N e = expm1(-(two * select(near, size, one)));
      const N small = ratio(size, 1, 2) * log1p(square(e) / (four * (one + e)));
      const N far = select(near, one, size);
      return N(select(near, small, far + (log1p(exp(-(two * far))) - log(two))));
    });
  }
  // dx = tanh(x − t) ct, dt = −dx
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T dx = mul(call(Tanh{}, sub(in[0], in[1])), term_cotangent(*this, ct, in[0].shape().size()));
    return {dx, neg(dx)};
  }
  static Sample<LogCosh> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    return {{pick_reduction(choices)}, {shape, shape}, {Domain::near({0, 1, -1, 44, -89}), Domain::near({0})}};
  }
};
BOOST_DESCRIBE_STRUCT(LogCosh, (), (reduction))

}  // namespace plumbline::spec
