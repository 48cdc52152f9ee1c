// dx = ct put back on the diagonal of two axes of given extents, and 0 elsewhere
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

// The diagonal j = i + offset of an n0 × n1 matrix: where it begins, and how long it is.
struct DiagonalRange {
  Index row, column, count;
};

inline DiagonalRange diagonal_range(Index offset, Index n0, Index n1) {
  const Index row = offset < 0 ? (offset < -n0 ? n0 : -offset) : 0, column = offset > 0 ? std::min(offset, n1) : 0;
  return {row, column, std::max<Index>(0, std::min(n0 - row, n1 - column))};
}

// [op C1] axis1 and axis2 are two axes in range.
template <class O>
Result<Axes> two_axes(const O& op, Index rank) {
  const auto a = normal_axis(op.axis1, rank), b = normal_axis(op.axis2, rank);
  if (!a || !b) return refuse(op, 1, (a ? b : a).error().what());
  if (*a == *b) return refuse(op, 1, "axis1 and axis2 are one: ", op.axis1, " and ", op.axis2);
  return Axes{*a, *b};
}

struct DiagonalGrad {
  Index offset = 0, axis1 = 0, axis2 = 1;
  Axes extents{1, 1};  // of x along axis1 and axis2

  static constexpr std::string_view name = "diagonal_grad", summary = "ct put back on a diagonal of two axes, else 0";
  static constexpr int arity = 1;
  bool operator==(const DiagonalGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto axes = two_axes(*this, in[0].rank() + 1);  // [diagonal_grad C1]
    if (!axes) return tl::unexpected(axes.error());
    if (extents.size() != 2) return refuse(*this, 2, extents.size(), " extents, expected 2");
    auto dims = in[0].dims();
    dims.pop_back();
    for (std::size_t k : {(*axes)[0] < (*axes)[1] ? 0u : 1u, (*axes)[0] < (*axes)[1] ? 1u : 0u})
      dims.insert(dims.begin() + (*axes)[k], extents[k]);
    const Shape out(std::move(dims));
    if (!out.valid()) return refuse(*this, 2, "shape ", out, " is not valid");
    const Index count = diagonal_range(offset, extents[0], extents[1]).count;
    if (in[0].back(0) != count) return refuse(*this, 3, "ct differs from the diagonal: ", in[0].back(0), " vs ", count);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape to = *shape({in[0].shape()});
    const Axes axes = *two_axes(*this, to.rank());
    const auto range = diagonal_range(offset, extents[0], extents[1]);
    const auto strides = to.strides();
    return Tensor<N>::generate(to, [&](Index i) {
      Index rest = 0, place[2] = {0, 0};
      for (Index a = 0; a < to.rank(); ++a) {
        const Index at = i / strides[static_cast<std::size_t>(a)] % to[a];
        if (a == axes[0]) place[0] = at - range.row;
        else if (a == axes[1]) place[1] = at - range.column;
        else rest = rest * to[a] + at;
      }
      return place[0] == place[1] && place[0] >= 0 ? in[0][rest * range.count + place[0]] : N(Index{0});
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& v) const;

  static Sample<DiagonalGrad> sample(Choices& choices);
};
BOOST_DESCRIBE_STRUCT(DiagonalGrad, (), (offset, axis1, axis2, extents))

}  // namespace plumbline::spec

#include "spec/ops/shape/diagonal.h"
