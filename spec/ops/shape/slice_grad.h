// dx = ct put back to where a slice took it from, and 0 elsewhere
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

// The places start, start + step, … of a slice along an axis of a given extent, as Python counts them.
struct SliceRange {
  Index start, count;
};

template <class O>
SliceRange range_of(const O& op, Index extent) {
  const auto place = [&](Index i) { return std::clamp<Index>(i < 0 ? i + extent : i, 0, extent); };
  const Index start = place(op.start), stop = place(op.stop);
  return {start, stop > start ? (stop - start - 1) / op.step + 1 : 0};
}

// The number of elements of one step along an axis.
inline Index inner_size(const Shape& shape, Index axis) {
  Index n = 1;
  for (Index i = axis + 1; i < shape.rank(); ++i) n *= shape[i];
  return n;
}

struct SliceGrad {
  Index axis = 0, start = 0, stop = std::numeric_limits<Index>::max(), step = 1;
  Index extent = 0;  // of x along the axis

  static constexpr std::string_view name = "slice_grad", summary = "ct put back to where a slice took it from, else 0";
  static constexpr int arity = 1;
  bool operator==(const SliceGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    if (step < 1) return refuse(*this, 2, "step is not positive: ", step);
    Shape out = in[0];
    out[*a] = extent;
    if (!out.valid()) return refuse(*this, 3, "shape ", out, " is not valid");
    const Index count = range_of(*this, extent).count;
    if (count != in[0][*a]) return refuse(*this, 4, "extent differs from the slice: ", in[0][*a], " vs ", count);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[0].shape(), to = *shape({from});
    const Index a = *normal_axis(axis, to.rank()), inner = inner_size(to, a);
    const auto range = range_of(*this, extent);
    return Tensor<N>::generate(to, [&](Index i) {
      const Index k = i / inner % extent - range.start, outer = i / inner / extent;
      const bool taken = k >= 0 && k % step == 0 && k / step < range.count;
      return taken ? in[0][(outer * range.count + k / step) * inner + i % inner] : N(Index{0});
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& v) const;

  static Sample<SliceGrad> sample(Choices& choices) {
    Shape shape = pick_shape(choices, 1, 3);
    const Index axis = choices.pick(-shape.rank(), shape.rank() - 1);
    Index& n = shape[*normal_axis(axis, shape.rank())];
    SliceGrad op{axis, choices.pick(-n - 1, n + 1), choices.pick(-n - 1, n + 1), choices.pick(1, 3), n};
    if (choices.pick(0, 3) == 3) op.stop = SliceGrad().stop;
    n = range_of(op, n).count;
    return {op, {shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(SliceGrad, (), (axis, start, stop, step, extent))

}  // namespace plumbline::spec

#include "spec/ops/shape/slice.h"

namespace plumbline::spec {

template <TensorLike T>
std::vector<T> SliceGrad::vjp(const std::vector<T>&, const T&, const T& v) const {
  return {slice(v, axis, start, stop, step)};
}

}  // namespace plumbline::spec
