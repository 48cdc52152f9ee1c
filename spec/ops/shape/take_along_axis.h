// y[…, i, …] = x[…, index[…, i, …], …]: one coordinate replaced; elsewhere x and index broadcast
#pragma once

#include "spec/ops/shape/take_along_axis_grad.h"

namespace plumbline::spec {

struct TakeAlongAxis {
  Index axis = -1;

  static constexpr std::string_view name = "take_along_axis",
                                    summary = "x with its coordinate along axis replaced, broadcast; inputs x, index";
  static constexpr int arity = 2, index_label = 5;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const TakeAlongAxis&) const = default;

  bool differentiable(std::size_t input) const { return input == 0; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[0].rank()); }
  Index index_extent(std::size_t input, const Shapes& in) const { return input == 1 ? in[0][index_axis(in)] : -1; }
  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    if (in[0].rank() != in[1].rank()) return refuse(*this, 2, "ranks differ: ", in[0], " vs index ", in[1]);
    Shape x = in[0];
    x[*a] = in[1][*a];
    const auto out = broadcast(x, in[1]);
    if (!out) return refuse(*this, 3, "beyond axis ", *a, " ", in[0], " and index ", in[1], " do not broadcast");
    if (!out->valid()) return refuse(*this, 4, "shape ", *out, " is too large");
    if (in[1].size() > 0 && in[0][*a] == 0) return refuse(*this, 4, "nothing to index along axis ", *a, " of ", in[0]);
    return *out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape& from = in[0].shape();
    const Shape to = *shape({from, in[1].shape()});
    const Index a = *normal_axis(axis, to.rank());
    const auto entry = broadcast_offsets(in[1].shape(), to), strides = from.strides(), steps = to.strides();
    for (const N& i : in[1].elements()) index_at(*this, i, a, from[a]);  // [take_along_axis C5]
    return Tensor<N>::generate(to, [&](Index i) {
      Index at = 0, rest = i;
      for (Index d = 0; d < to.rank(); ++d) {
        const auto k = static_cast<std::size_t>(d);
        const Index place = d != a ? rest / steps[k]
                                   : index_at(*this, in[1][entry[static_cast<std::size_t>(i)]], a, from[a]);
        if (d == a || from[d] != 1) at += place * strides[k];
        rest %= steps[k];
      }
      return in[0][at];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& shape = in[0].shape();
    return {sum_to(call(TakeAlongAxisGrad{axis, shape[*normal_axis(axis, shape.rank())]}, in[1], ct), shape)};
  }
  static Sample<TakeAlongAxis> sample(Choices& choices) {
    Shape x = pick_shape(choices, 1, 3, 512);
    const Index axis = choices.pick(-x.rank(), x.rank() - 1), a = *normal_axis(axis, x.rank());
    x[a] = std::max<Index>(1, x[a]);
    Shape index = x;
    index[a] = choices.pick(0, 7) == 7 ? 0 : choices.pick(1, 9);
    for (Index d = 0; d < x.rank(); ++d)
      if (const Index which = choices.pick(0, 5); d != a && which > 3) (which == 4 ? x : index)[d] = 1;
    return {{axis}, {x, index}, {Domain::any(), Domain::index(x[a])}};
  }
};
BOOST_DESCRIBE_STRUCT(TakeAlongAxis, (), (axis))

template <TensorLike T>
std::vector<T> TakeAlongAxisGrad::vjp(const std::vector<T>& in, const T&, const T& v) const {
  return {call(TakeAlongAxis{axis}, v, in[0])};
}

inline Sample<TakeAlongAxisGrad> TakeAlongAxisGrad::sample(Choices& choices) {
  const auto drawn = TakeAlongAxis::sample(choices);
  const Index extent = drawn.shapes[0][*normal_axis(drawn.op.axis, drawn.shapes[0].rank())];
  return {{drawn.op.axis, extent}, {drawn.shapes[1], *drawn.op.shape(drawn.shapes)}, {Domain::index(extent)}};
}

}  // namespace plumbline::spec
