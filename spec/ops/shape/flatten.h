// y = x with the axes from start to end made one
#pragma once

#include "spec/ops/shape/reshape.h"

namespace plumbline::spec {

struct Flatten {
  Index start = 0, end = -1;  // both included

  static constexpr std::string_view name = "flatten", summary = "x with the axes from start to end made one";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Flatten&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const Shape from = in[0].rank() == 0 ? Shape{1} : in[0];
    const auto first = normal_axis(start, from.rank()), last = normal_axis(end, from.rank());
    if (!first || !last) return refuse(*this, 1, (first ? last : first).error().what());
    if (*first > *last) return refuse(*this, 2, "start is after end: ", *first, " vs ", *last);
    Shape out;
    for (Index a = 0; a < from.rank(); ++a)
      if (a > *first && a <= *last) out[*first] *= from[a];
      else out.push_back(from[a]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return in[0].reshaped(*shape({in[0].shape()}));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {reshape(ct, in[0].shape())};
  }
  static Sample<Flatten> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 5);
    const Index rank = std::max<Index>(1, shape.rank());
    Flatten op{choices.pick(0, rank - 1), -1};
    op.end = choices.pick(op.start, rank - 1);
    if (choices.coin()) op.start -= rank;
    if (choices.coin()) op.end -= rank;
    return {op, {shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Flatten, (), (start, end))

}  // namespace plumbline::spec
