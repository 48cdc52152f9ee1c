// y = v at the place where x first wins each window; the adjoint of max_pool2d_grad
#pragma once

#include "spec/ops/conv/pooling.h"

namespace plumbline::spec {

struct MaxPool2dPick {
  Axes kernel{2}, stride{}, padding{0}, dilation{1};

  static constexpr std::string_view name = "max_pool2d_pick", summary = "v where x first wins each window; inputs x, v";
  static constexpr int arity = 2;
  bool operator==(const MaxPool2dPick&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto w = pool_windows(*this, in[0]);  // [max_pool2d_pick C1..C4]
    if (!w) return tl::unexpected(w.error());
    if (in[1] != in[0]) return refuse(*this, 5, "shapes differ: ", in[0], " vs ", in[1]);
    const Shape out = pooled_shape(in[0], *w);
    if (!out.valid()) return refuse(*this, 6, "shape ", out, " is too large");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Tensor<N>&xs = in[0], &vs = in[1];
    return pool(xs, *pool_windows(*this, xs.shape()), [&](Index n, auto&& x) {
      const auto v = [&](Index k) -> const N& { return vs[&x(k) - xs.elements().data()]; };
      N best = x(0), picked = v(0);
      for (Index k = 1; k < n; ++k) {
        const Truth taken = takes_over(x(k), best);
        best = select(taken, x(k), best);
        picked = select(taken, v(k), picked);
      }
      return picked;
    });
  }
  bool differentiable(std::size_t input) const { return input == 1; }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const;

  static Sample<MaxPool2dPick> sample(Choices& choices) {
    MaxPool2dPick op;
    const Shape x = sample_pool(choices, op);
    return {op, {x, x}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(MaxPool2dPick, (), (kernel, stride, padding, dilation))

}  // namespace plumbline::spec

#include "spec/ops/conv/max_pool2d_grad.h"

namespace plumbline::spec {

template <TensorLike T>
std::vector<T> MaxPool2dPick::vjp(const std::vector<T>& in, const T&, const T& ct) const {
  return {call(MaxPool2dGrad{kernel, stride, padding, dilation}, in[0], ct)};
}

}  // namespace plumbline::spec
