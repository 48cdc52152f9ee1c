// y = x with more places before and after it along each axis: constants, its mirror image, or its edges
#pragma once

#include "spec/ops/elementwise/add.h"
#include "spec/ops/shape/flip.h"
#include "spec/ops/shape/slice.h"

namespace plumbline::spec {

struct Pad {
  Axes padding{0};  // before and after for each axis from the first, as NumPy; one number: the same everywhere
  double value = 0;
  std::string mode = "constant";  // or reflect (the edge is not repeated), replicate

  static constexpr std::string_view name = "pad", summary = "x with `value`, its mirror image or its edges around it";
  static constexpr std::array<Words, 1> words{{{"mode", {"constant", "reflect", "replicate"}}}};
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
    if (mode != "constant" && mode != "reflect" && mode != "replicate")
      return refuse(*this, 5, "mode is ", mode, ", expected constant, reflect or replicate");
    Shape out = in[0];
    for (Index a = 0; a < out.rank(); ++a) {
      const Index most = std::max(before(a), after(a)), room = mode == "reflect" ? in[0][a] - 1 : in[0][a];
      if (mode != "constant" && most > 0 && (mode == "reflect" ? most > room : room < 1))
        return refuse(*this, 6, "extent ", in[0][a], " of axis ", a, " is too small for ", mode, " padding ", most);
      out[a] += before(a) + after(a);
    }
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
        const Index k = place(i / steps[axis] - before(a), from[a]);
        if (k < 0) return in[0].size() > 0 ? real(in[0][0], value) : N(value);
        at += k * strides[axis];
        i %= steps[axis];
      }
      return in[0][at];
    });
  }
  // Axis by axis: what lies outside is folded back to where it came from.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    T dx = ct;
    for (Index a = 0; a < in[0].shape().rank(); ++a) {
      const Index n = in[0].shape()[a], b = before(a), end = b + n;
      if (b + after(a) == 0) continue;
      T inside = slice(dx, a, b, end);
      if (mode != "constant" && b > 0) inside = add(inside, folded(slice(dx, a, 0, b), a, n, /*front=*/true));
      if (mode != "constant" && after(a) > 0)
        inside = add(inside, folded(slice(dx, a, end, end + after(a)), a, n, /*front=*/false));
      dx = inside;
    }
    return {dx};
  }
  static Sample<Pad> sample(Choices& choices) {
    Shape shape = pick_shape(choices, 0, 3, 512);
    Pad op{{choices.pick(0, 3)}, static_cast<double>(choices.pick(-2, 2)) / 2, "constant"};
    if (choices.coin()) op.padding.assign(static_cast<std::size_t>(2 * shape.rank()), 0);
    if (op.padding.size() != 1 || shape.rank() == 0)
      for (Index& p : op.padding) p = choices.pick(0, 3);
    op.mode = choices.one_of<std::string>({"constant", "reflect", "replicate"});
    const Index least = op.mode == "reflect" ? 4 : op.mode == "replicate" ? 1 : 0;
    for (Index a = 0; a < shape.rank(); ++a) shape[a] = std::max(shape[a], least);
    return {op, {shape}, {}};
  }

 private:
  Index before(Index axis) const { return padding[padding.size() == 1 ? 0 : static_cast<std::size_t>(2 * axis)]; }
  Index after(Index axis) const { return padding[padding.size() == 1 ? 0 : static_cast<std::size_t>(2 * axis + 1)]; }
  // The place that place k of x extended reads; −1: the value.
  Index place(Index k, Index n) const {
    if (k >= 0 && k < n) return k;
    if (mode == "constant") return -1;
    if (mode == "replicate") return k < 0 ? 0 : n - 1;
    return k < 0 ? -k : 2 * (n - 1) - k;
  }
  // The cotangents of the places before or after x along an axis of n, at the places that they were read from.
  template <TensorLike T>
  T folded(const T& outside, Index axis, Index n, bool front) const {
    const Index width = mode == "reflect" ? outside.shape()[axis] : 1, edge = mode == "reflect" ? 1 : 0;
    const T back = mode == "reflect" ? flip(outside, axis) : call(Sum{{axis}, /*keepdim=*/true}, outside);
    Pad around;
    around.padding.assign(static_cast<std::size_t>(2 * outside.shape().rank()), 0);
    around.padding[static_cast<std::size_t>(2 * axis)] = front ? edge : n - width - edge;
    around.padding[static_cast<std::size_t>(2 * axis + 1)] = front ? n - width - edge : edge;
    return call(around, back);
  }
};
BOOST_DESCRIBE_STRUCT(Pad, (), (padding, value, mode))

}  // namespace plumbline::spec
