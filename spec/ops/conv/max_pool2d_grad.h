// dx = Σ over the windows that x wins, first in row-major order, of ct
#pragma once

#include "spec/ops/conv/pooling.h"

namespace plumbline::spec {

struct MaxPool2dGrad {
  Axes kernel{2}, stride{}, padding{0}, dilation{1};

  static constexpr std::string_view name = "max_pool2d_grad",
                                    summary = "ct given to the first winner of each window; inputs x, ct";
  static constexpr int arity = 2;
  bool operator==(const MaxPool2dGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto w = pool_windows(*this, in[0]);  // [max_pool2d_grad C1..C4]
    if (!w) return tl::unexpected(w.error());
    const Shape out = pooled_shape(in[0], *w);
    if (in[1] != out) return refuse(*this, 5, "ct differs from the output: ", in[1], " vs ", out);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Windows w = *pool_windows(*this, in[0].shape());
    std::vector<std::vector<Index>> taps;
    for (Index place = 0; place < w[0].out * w[1].out; ++place) taps.push_back(taps_of(w, place));
    return unpool<N>(in[0].shape(), w, [&](Index at, Index place, Index tap, Index plane) {
      const N* x = in[0].elements().data() + plane;
      const auto& window = taps[static_cast<std::size_t>(place)];
      const N& mine = x[window[static_cast<std::size_t>(tap)]];
      Truth wins = Tri::yes;
      for (std::size_t k = 0; k < window.size(); ++k) {
        if (static_cast<Index>(k) < tap) wins = wins & takes_over(mine, x[window[k]]);
        if (static_cast<Index>(k) > tap) wins = wins & !takes_over(x[window[k]], mine);
      }
      return select(wins, in[1][at], N(Index{0}));
    });
  }
  bool differentiable(std::size_t input) const { return input == 1; }
  // Linear in ct: the cotangent of ct is v at the first winner of each window.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const;

  static Sample<MaxPool2dGrad> sample(Choices& choices) {
    MaxPool2dGrad op;
    const Shape x = sample_pool(choices, op);
    return {op, {x, pooled_shape(x, *pool_windows(op, x))}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(MaxPool2dGrad, (), (kernel, stride, padding, dilation))

}  // namespace plumbline::spec

#include "spec/ops/conv/max_pool2d_pick.h"

namespace plumbline::spec {

template <TensorLike T>
std::vector<T> MaxPool2dGrad::vjp(const std::vector<T>& in, const T&, const T& v) const {
  return {call(MaxPool2dPick{kernel, stride, padding, dilation}, in[0], v)};
}

}  // namespace plumbline::spec
