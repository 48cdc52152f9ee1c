// dx and dw of y = w ⋆ x over any number of spatial axes
#pragma once

#include "spec/ops/conv/conv_family.h"

namespace plumbline::spec {

// What both gradients refuse: [op C1..C5] as the convolution, [op C6..C8] of the missing operand's extents and of ct.
template <class O>
Result<Convolution> gradient_geometry(const O& op, const Axes& extents, const Shape& x, const Shape& w,
                                      const Shape& ct) {
  if (spread(extents, O::axes).empty())
    return refuse(op, 6, "the extents have ", extents.size(), " entries, expected ", entries_expected(O::axes));
  if (!x.valid() || !w.valid()) return refuse(op, 7, "input ", x, " or weight ", w, " is not valid");
  auto conv = convolution(op, x, w);
  if (conv && conv->shape(Operand::y) != ct)
    return refuse(op, 8, "ct differs from the output: ", ct, " vs ", conv->shape(Operand::y));
  return conv;
}

// dx[n, c, i] = Σ over the outputs (o, p) and taps k that read it of ct[n, o, p] w[o, c, k]; inputs ct, w
template <class O, int dims>
struct ConvInputGrad : ConvAttributes {
  Axes size{1};  // the spatial extents of x
  static constexpr int arity = 2, axes = dims;
  bool operator==(const ConvInputGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto conv = geometry(in[0], in[1]);
    if (!conv) return tl::unexpected(conv.error());
    return conv->shape(Operand::x);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return slope_of(*geometry(in[0].shape(), in[1].shape()), Operand::x, in);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    const auto forward = with_attributes<typename ConvFamily<dims>::Forward, ConvAttributes>(*this);
    auto to_w = with_attributes<typename ConvFamily<dims>::WeightGrad, ConvAttributes>(*this);
    to_w.kernel = spatial(in[1].shape(), dims);
    return {call(forward, v, in[1]), call(to_w, v, in[0])};
  }
  static Sample<O> sample(Choices& choices) {
    auto drawn = sample_convolution<O>(choices);
    drawn.op.size = pick_spelling(choices, spatial(drawn.x, dims));
    return {drawn.op, {drawn.y, drawn.w}, {}};
  }

 private:
  Result<Convolution> geometry(const Shape& ct, const Shape& w) const {
    Shape x;
    if (ct.rank() == dims + 2) x.push_back(ct[0]);
    x.push_back(w.rank() > 1 && groups > 0 && groups <= max_elements && w[1] <= max_elements / groups ? w[1] * groups
                                                                                                      : 0);
    for (Index e : spread(size, dims)) x.push_back(e);
    return gradient_geometry(static_cast<const O&>(*this), size, x, w, ct);
  }
};

// dw[o, c, k] = Σ over the batch and the outputs p of x[n, c, i(p, k)] ct[n, o, p]; inputs x, ct
template <class O, int dims>
struct ConvWeightGrad : ConvAttributes {
  Axes kernel{1};  // the spatial extents of w
  static constexpr int arity = 2, axes = dims;
  bool operator==(const ConvWeightGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto conv = geometry(in[0], in[1]);
    if (!conv) return tl::unexpected(conv.error());
    return conv->shape(Operand::w);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return slope_of(*geometry(in[0].shape(), in[1].shape()), Operand::w, in);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    const auto forward = with_attributes<typename ConvFamily<dims>::Forward, ConvAttributes>(*this);
    auto to_x = with_attributes<typename ConvFamily<dims>::InputGrad, ConvAttributes>(*this);
    to_x.size = spatial(in[0].shape(), dims);
    return {call(to_x, in[1], v), call(forward, in[0], v)};
  }
  static Sample<O> sample(Choices& choices) {
    auto drawn = sample_convolution<O>(choices);
    drawn.op.kernel = pick_spelling(choices, spatial(drawn.w, dims));
    return {drawn.op, {drawn.x, drawn.y}, {}};
  }

 private:
  Result<Convolution> geometry(const Shape& x, const Shape& ct) const {
    const Index in = x.rank() - dims - 1, out = ct.rank() - dims - 1;  // the axes of the channels
    Shape w{out == 0 || out == 1 ? ct[out] : 0, (in == 0 || in == 1) && groups > 0 ? x[in] / groups : 0};
    for (Index e : spread(kernel, dims)) w.push_back(e);
    return gradient_geometry(static_cast<const O&>(*this), kernel, x, w, ct);
  }
};

}  // namespace plumbline::spec
