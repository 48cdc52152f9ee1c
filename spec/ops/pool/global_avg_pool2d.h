// y = the mean of x over its two spatial axes, which stay as extents of 1
#pragma once

#include "spec/ops/conv/window.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::spec {

struct GlobalAvgPool2d {
  bool keepdim = true;  // else the spatial axes go

  static constexpr std::string_view name = "global_avg_pool2d", summary = "the mean over height and width of [N,C,H,W]";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"divided", "scaled"};
  bool operator==(const GlobalAvgPool2d&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (in[0].rank() != 3 && in[0].rank() != 4)
      return refuse(*this, 1, "input is not [batch, channels, height, width] or without batch: ", in[0]);
    for (Index e : spatial(in[0], 2))
      if (e == 0) return refuse(*this, 2, "nothing to average: an extent is 0 in ", in[0]);
    return *mean().shape(in);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return mean().eval(in);
  }
  // As mean: divided, the textbook; scaled: Σ x · (1/n).
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return mean().method(method, in);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    return mean().vjp(in, y, ct);
  }
  static Sample<GlobalAvgPool2d> sample(Choices& choices) {
    Shape x;
    if (choices.pick(0, 3) != 3) x.push_back(choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 3));
    for (Index most : {Index{5}, Index{17}, Index{17}}) x.push_back(pick_extent(choices, most));
    return {{!choices.coin()}, {x}, {}};
  }

 private:
  Mean mean() const { return {{-2, -1}, keepdim}; }
};
BOOST_DESCRIBE_STRUCT(GlobalAvgPool2d, (), (keepdim))

}  // namespace plumbline::spec
