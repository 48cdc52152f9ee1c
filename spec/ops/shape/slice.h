// y = x[start:stop:step] along an axis
#pragma once

#include "spec/ops/shape/slice_grad.h"

namespace plumbline::spec {

struct Slice {
  Index axis = 0, start = 0, stop = std::numeric_limits<Index>::max(), step = 1;

  static constexpr std::string_view name = "slice", summary = "x[start:stop:step] along an axis, as NumPy slices";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Slice&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    if (step < 1) return refuse(*this, 2, "step is not positive: ", step);
    Shape out = in[0];
    out[*a] = range_of(*this, in[0][*a]).count;
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[0].shape(), to = *shape({from});
    const Index a = *normal_axis(axis, from.rank());
    const auto range = range_of(*this, from[a]);
    const Index inner = inner_size(from, a);
    return Tensor<N>::generate(to, [&](Index i) {
      const Index k = i / inner % to[a], outer = i / inner / to[a];
      return in[0][(outer * from[a] + range.start + k * step) * inner + i % inner];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Index extent = in[0].shape()[*normal_axis(axis, in[0].shape().rank())];
    return {call(SliceGrad{axis, start, stop, step, extent}, ct)};
  }
  static Sample<Slice> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 1, 3);
    const Index axis = choices.pick(-shape.rank(), shape.rank() - 1), n = shape[*normal_axis(axis, shape.rank())];
    Slice op{axis, choices.pick(-n - 1, n + 1), choices.pick(-n - 1, n + 1), choices.pick(1, 3)};
    if (choices.coin()) op.start = 0, op.stop = Slice{}.stop;
    return {op, {shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Slice, (), (axis, start, stop, step))

template <TensorLike T>
T slice(const T& x, Index axis, Index start, Index stop, Index step = 1) {
  return call(Slice{axis, start, stop, step}, x);
}

}  // namespace plumbline::spec
