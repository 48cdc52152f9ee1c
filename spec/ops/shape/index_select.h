// y[…, i, …] = x[…, index_i, …] along an axis
#pragma once

#include "spec/ops/shape/index_select_grad.h"

namespace plumbline::spec {

struct IndexSelect {
  Index axis = 0;

  static constexpr std::string_view name = "index_select",
                                    summary = "the slices of x along an axis that index names; inputs x, index";
  static constexpr int arity = 2, index_label = 4;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const IndexSelect&) const = default;

  bool differentiable(std::size_t input) const { return input == 0; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[0].rank()); }
  Index index_extent(std::size_t input, const Shapes& in) const { return input == 1 ? in[0][index_axis(in)] : -1; }
  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    if (in[1].rank() != 1) return refuse(*this, 2, "index is no list: ", in[1]);
    Shape out = in[0];
    out[*a] = in[1][0];
    if (!out.valid()) return refuse(*this, 3, "shape ", out, " is too large");
    if (in[0][*a] == 0 && in[1][0] > 0) return refuse(*this, 3, "nothing to index along axis ", *a, " of ", in[0]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[0].shape(), to = *shape({from, in[1].shape()});
    const Index a = *normal_axis(axis, to.rank()), inner = inner_size(to, a);
    std::vector<Index> at;
    for (const N& i : in[1].elements()) at.push_back(index_at(*this, i, a, from[a]));  // [index_select C4]
    return Tensor<N>::generate(to, [&](Index i) {
      const Index k = at[static_cast<std::size_t>(i / inner % to[a])], outer = i / inner / to[a];
      return in[0][(outer * from[a] + k) * inner + i % inner];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Index extent = in[0].shape()[*normal_axis(axis, in[0].shape().rank())];
    return {call(IndexSelectGrad{axis, extent}, in[1], ct)};
  }
  static Sample<IndexSelect> sample(Choices& choices) {
    Shape x = pick_shape(choices, 1, 3, 512);
    const Index axis = choices.pick(-x.rank(), x.rank() - 1);
    Index& extent = x[*normal_axis(axis, x.rank())];
    extent = std::max<Index>(1, extent);
    const Index count = choices.pick(0, 7) == 7 ? 0 : choices.pick(1, 17);
    return {{axis}, {x, Shape{count}}, {Domain::any(), Domain::index(extent)}};
  }
};
BOOST_DESCRIBE_STRUCT(IndexSelect, (), (axis))

template <TensorLike T>
std::vector<T> IndexSelectGrad::vjp(const std::vector<T>& in, const T&, const T& v) const {
  return {call(IndexSelect{axis}, v, in[0])};
}

inline Sample<IndexSelectGrad> IndexSelectGrad::sample(Choices& choices) {
  const auto drawn = IndexSelect::sample(choices);
  const Index extent = drawn.shapes[0][*normal_axis(drawn.op.axis, drawn.shapes[0].rank())];
  return {{drawn.op.axis, extent}, {drawn.shapes[1], *drawn.op.shape(drawn.shapes)}, {Domain::index(extent)}};
}

}  // namespace plumbline::spec
