// y = x with constants before and after it along each axis
#pragma once

#include "spec/ops/shape/slice.h"

namespace plumbline::spec {

struct Pad {
  Axes padding{0};  // before and after for each axis from the first, as NumPy; one number: the same everywhere
  double value = 0;

  static constexpr std::string_view name = "pad", summary = "x with `value` before and after it along each axis";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Pad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const Index entries = static_cast<Index>(padding.size());
    if (entries != 1 && entries != 2 * in[0].rank())
      return refuse(*this, 1, "padding has ", entries, " entries, expected 1 or ", 2 * in[0].rank());
    for (Index p : padding)
      if (p < 0 || p > max_elements) return refuse(*this, 2, "padding is out of range: ", p);
    if (!std::isfinite(value)) return refuse(*this, 3, "value is not finite: ", value);
    Shape out = in[0];
    for (Index a = 0; a < out.rank(); ++a) out[a] += before(a) + after(a);
    if (!out.valid()) return refuse(*this, 4, "shape ", out, " is too large");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[0].shape(), to = *shape({from});
    const auto strides = from.strides(), steps = to.strides();
    return Tensor<N>::generate(to, [&](Index i) {
      Index at = 0;
      for (Index a = 0; a < to.rank(); ++a) {
        const auto axis = static_cast<std::size_t>(a);
        const Index k = i / steps[axis] - before(a);
        if (k < 0 || k >= from[a]) return in[0].size() > 0 ? real(in[0][0], value) : N(value);
        at += k * strides[axis];
        i %= steps[axis];
      }
      return in[0][at];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    T dx = ct;
    for (Index a = 0; a < in[0].shape().rank(); ++a)
      if (before(a) + after(a) > 0) dx = slice(dx, a, before(a), before(a) + in[0].shape()[a]);
    return {dx};
  }
  static Sample<Pad> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 3, 512);
    Pad op{{choices.pick(0, 3)}, static_cast<double>(choices.pick(-2, 2)) / 2};
    if (choices.coin()) op.padding.assign(static_cast<std::size_t>(2 * shape.rank()), 0);
    if (op.padding.size() != 1 || shape.rank() == 0)
      for (Index& p : op.padding) p = choices.pick(0, 3);
    return {op, {shape}, {}};
  }

 private:
  Index before(Index axis) const { return padding[padding.size() == 1 ? 0 : static_cast<std::size_t>(2 * axis)]; }
  Index after(Index axis) const { return padding[padding.size() == 1 ? 0 : static_cast<std::size_t>(2 * axis + 1)]; }
};
BOOST_DESCRIBE_STRUCT(Pad, (), (padding, value))

}  // namespace plumbline::spec
