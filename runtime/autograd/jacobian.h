// J[o, i] = ∂y_o/∂x_i, of shape [y…, x…], over any number type: row by row of pullbacks, or column by column.
#pragma once

#include "spec/lang/tensor.h"

namespace plumbline::runtime::autograd {

inline constexpr spec::Index most_jacobian_elements = spec::Index{1} << 30;

// The shape [y…, x…]; an error where it would hold too many elements.
inline spec::Result<spec::Shape> jacobian_shape(const spec::Shape& y, const spec::Shape& x) {
  spec::Axes dims = y.dims();
  for (const spec::Index extent : x.dims()) dims.push_back(extent);
  const spec::Shape shape(dims);
  if (!shape.valid() || shape.size() > most_jacobian_elements)
    return spec::fail("[jacobian] found ", y, " by ", x, ", expected at most ", spec::max_elements, " elements");
  return shape;
}

// The unit vector of element k.
template <class N>
spec::Tensor<N> unit(const spec::Shape& shape, spec::Index k) {
  return spec::Tensor<N>::generate(shape, [&](spec::Index i) { return N(i == k ? 1.0 : 0.0); });
}

// pull(ct) = Jᵀ ct, called for each unit cotangent; it returns a Result.
template <class N, class Pull>
spec::Result<spec::Tensor<N>> jacobian_by_rows(const spec::Shape& y, const spec::Shape& x, Pull&& pull) {
  const auto shape = jacobian_shape(y, x);
  if (!shape) return tl::unexpected(shape.error());
  std::vector<N> out;
  out.reserve(static_cast<std::size_t>(shape->size()));
  for (spec::Index o = 0; o < y.size(); ++o) {
    const spec::Result<spec::Tensor<N>> row = pull(unit<N>(y, o));
    if (!row) return row;
    out.insert(out.end(), row->elements().begin(), row->elements().end());
  }
  return spec::Tensor<N>(*shape, std::move(out));
}

// push(dx) = J dx, called for each unit tangent; it returns a Result.
template <class N, class Push>
spec::Result<spec::Tensor<N>> jacobian_by_columns(const spec::Shape& y, const spec::Shape& x, Push&& push) {
  const auto shape = jacobian_shape(y, x);
  if (!shape) return tl::unexpected(shape.error());
  spec::Tensors<N> columns;
  for (spec::Index i = 0; i < x.size(); ++i) {
    spec::Result<spec::Tensor<N>> column = push(unit<N>(x, i));
    if (!column) return column;
    columns.push_back(std::move(*column));
  }
  return spec::Tensor<N>::generate(*shape, [&](spec::Index k) {
    return columns[static_cast<std::size_t>(k % x.size())][k / x.size()];
  });
}

}  // namespace plumbline::runtime::autograd
