// y = w ⋆ x + b over any number of spatial axes, and the samples of convolutions and their gradients
#pragma once

#include "spec/ops/conv/convolution.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

// The three ops over so many axes: Forward, InputGrad, WeightGrad.
template <int axes>
struct ConvFamily;

template <class O>
struct ConvSample {
  O op;
  Shape x, w, y;
};

// Extents that fit, with and without batch, groups and 0 images; now and then a kernel of 3 × 3 that Winograd's method
// takes.
template <class O>
ConvSample<O> sample_convolution(Choices& choices) {
  constexpr int axes = O::axes;
  const Index groups = choices.pick(0, 3) == 3 ? choices.pick(2, 3) : 1, most = axes == 3 ? 5 : 9;
  const auto channels = [&] { return choices.pick(0, 7) == 7 ? pick_extent(choices, 17) : choices.pick(1, 4); };
  const Index depth = channels(), breadth = channels();
  const bool three = axes == 2 && choices.pick(0, 3) == 3;
  Shape w{groups * breadth, depth}, x{groups * depth};
  if (choices.pick(0, 3) != 3) x = {choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 3), groups * depth};
  const Index lead = x.rank();
  for (int a = 0; a < axes; ++a) w.push_back(three ? 3 : choices.pick(1, axes == 3 ? 3 : 4));
  for (int a = 0; a < axes; ++a) x.push_back(choices.pick(1, most));
  const WindowSpec spec = pick_window(choices, axes, /*dilated=*/true);
  O op;
  op.stride = spec.stride, op.padding = spec.padding, op.dilation = spec.dilation, op.groups = groups;
  if (three) op.stride = op.dilation = {1};
  while (!convolution(op, x, w))
    for (Index a = lead; a < x.rank(); ++a) ++x[a];
  return {op, x, w, convolution(op, x, w)->shape(Operand::y)};
}

// The cotangent of a bias: the sum over everything but the channels.
template <TensorLike T>
T bias_cotangent(const T& ct, int axes) {
  Axes over;
  for (Index a = 0; a < ct.shape().rank(); ++a)
    if (a != ct.shape().rank() - axes - 1) over.push_back(a);
  return call(Sum{over, false}, ct);
}

// y[n, o, p] = Σ x[n, c, p·stride − before + k·dilation] w[o, c, k] + b[o]; inputs x, w[, b]
template <class O, int dims>
struct ConvForward : ConvAttributes {
  static constexpr int arity = 2, most_inputs = 3, axes = dims;
  // direct: the textbook, the bias a term of the sum. im2col: products of columns of x, the bias added to the sums.
  static constexpr std::array<std::string_view, 2> methods{"direct", "im2col"};
  bool operator==(const ConvForward&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const O& self = static_cast<const O&>(*this);
    const auto conv = convolution(self, in[0], in[1]);
    if (!conv) return tl::unexpected(conv.error());
    if (in.size() > 2 && in[2] != Shape{in[1][0]})
      return refuse(self, 6, "bias differs from the output channels: ", in[2], " vs ", in[1][0]);
    return conv->shape(Operand::y);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return slope_of(geometry(in), Operand::y, in);
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return slope_of(geometry(in), Operand::y, in, method == "im2col" ? Bias::after : Bias::term);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    auto to_x = with_attributes<typename ConvFamily<dims>::InputGrad, ConvAttributes>(*this);
    auto to_w = with_attributes<typename ConvFamily<dims>::WeightGrad, ConvAttributes>(*this);
    to_x.size = spatial(in[0].shape(), dims), to_w.kernel = spatial(in[1].shape(), dims);
    std::vector<T> out{call(to_x, ct, in[1]), call(to_w, in[0], ct)};
    if (in.size() > 2) out.push_back(bias_cotangent(ct, dims));
    return out;
  }
  static Sample<O> sample(Choices& choices) {
    const auto drawn = sample_convolution<O>(choices);
    Shapes in{drawn.x, drawn.w};
    if (choices.coin()) in.push_back({drawn.w[0]});
    return {drawn.op, in, {}};
  }

 protected:
  template <Number N>
  Convolution geometry(const Tensors<N>& in) const {
    return *convolution(static_cast<const O&>(*this), in[0].shape(), in[1].shape());
  }
};

}  // namespace plumbline::spec
