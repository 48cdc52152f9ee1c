// y[…, k] = x[…, k + max(0, −offset), …, k + max(0, offset), …]: a diagonal of two axes, as a new last axis
#pragma once

#include "spec/ops/shape/diagonal_grad.h"

namespace plumbline::spec {

struct Diagonal {
  Index offset = 0, axis1 = 0, axis2 = 1;

  static constexpr std::string_view name = "diagonal", summary = "a diagonal of two axes of x, as a new last axis";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Diagonal&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto axes = two_axes(*this, in[0].rank());  // [diagonal C1]
    if (!axes) return tl::unexpected(axes.error());
    Shape out;
    for (Index a = 0; a < in[0].rank(); ++a)
      if (a != (*axes)[0] && a != (*axes)[1]) out.push_back(in[0][a]);
    out.push_back(diagonal_range(offset, in[0][(*axes)[0]], in[0][(*axes)[1]]).count);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[0].shape(), to = *shape({from});
    const Axes axes = *two_axes(*this, from.rank());
    const auto strides = from.strides();
    const auto range = diagonal_range(offset, from[axes[0]], from[axes[1]]);
    return Tensor<N>::generate(to, [&](Index i) {
      const Index k = i % range.count;
      Index at = (range.row + k) * strides[static_cast<std::size_t>(axes[0])] +
                 (range.column + k) * strides[static_cast<std::size_t>(axes[1])];
      Index rest = i / range.count;
      for (Index a = from.rank(); a-- > 0;)
        if (a != axes[0] && a != axes[1]) at += rest % from[a] * strides[static_cast<std::size_t>(a)], rest /= from[a];
      return in[0][at];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& shape = in[0].shape();
    const Axes axes = *two_axes(*this, shape.rank());
    return {call(DiagonalGrad{offset, axis1, axis2, {shape[axes[0]], shape[axes[1]]}}, ct)};
  }
  static Sample<Diagonal> sample(Choices& choices) {
    Shape shape = pick_shape(choices, 2, 4);
    Diagonal op{choices.pick(-3, 3), choices.pick(0, shape.rank() - 1), 0};
    op.axis2 = (op.axis1 + choices.pick(1, shape.rank() - 1)) % shape.rank();
    if (choices.coin()) shape[op.axis2] = std::min<Index>(9, shape[op.axis1]), shape[op.axis1] = shape[op.axis2];
    if (choices.coin()) op.axis1 -= shape.rank();
    if (choices.coin()) op.axis2 -= shape.rank();
    return {op, {shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Diagonal, (), (offset, axis1, axis2))

template <TensorLike T>
std::vector<T> DiagonalGrad::vjp(const std::vector<T>&, const T&, const T& v) const {
  return {call(Diagonal{offset, axis1, axis2}, v)};
}

inline Sample<DiagonalGrad> DiagonalGrad::sample(Choices& choices) {
  const auto drawn = Diagonal::sample(choices);
  const Axes axes = *two_axes(drawn.op, drawn.shapes[0].rank());
  const DiagonalGrad op{drawn.op.offset, drawn.op.axis1, drawn.op.axis2,
                        {drawn.shapes[0][axes[0]], drawn.shapes[0][axes[1]]}};
  return {op, {*drawn.op.shape(drawn.shapes)}, {}};
}

}  // namespace plumbline::spec
