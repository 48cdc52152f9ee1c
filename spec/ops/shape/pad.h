// y = x with more places before and after it along each axis: constants, its mirror image, or its edges
#pragma once

#include "spec/ops/shape/pad_grad.h"
#include "spec/ops/shape/slice.h"

namespace plumbline::spec {

struct Pad {
  Axes padding{0};  // before and after for each axis from the first, as NumPy; one number: the same everywhere
  double value = 0;
  std::string mode = "constant";  // or reflect (the edge is not repeated), replicate

  static constexpr std::string_view name = "pad", summary = "x with `value`, its mirror image or its edges around it";
  static constexpr auto words = pad_words;
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Pad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (const auto fits = check_padding(*this, in[0].rank()); !fits)  // [pad C1..C3]
      return tl::unexpected(fits.error());
    if (!std::isfinite(value)) return refuse(*this, 5, "value is not finite: ", value);
    if (const auto fits = check_padded(*this, in[0]); !fits) return tl::unexpected(fits.error());  // [pad C4]
    Shape out = in[0];
    for (Index a = 0; a < out.rank(); ++a) out[a] += pad_before(padding, a) + pad_after(padding, a);
    if (!out.valid()) return refuse(*this, 6, "shape ", out, " is too large");
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
        const Index k = pad_place(mode, i / steps[axis] - pad_before(padding, a), from[a]);
        if (k < 0) return in[0].size() > 0 ? real(in[0][0], value) : N(value);
        at += k * strides[axis];
        i %= steps[axis];
      }
      return in[0][at];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    if (mode != "constant") return {call(PadGrad{padding, mode}, ct)};
    T dx = ct;
    for (Index a = 0; a < in[0].shape().rank(); ++a)
      if (const Index b = pad_before(padding, a); b + pad_after(padding, a) > 0)
        dx = slice(dx, a, b, b + in[0].shape()[a]);
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
};
BOOST_DESCRIBE_STRUCT(Pad, (), (padding, value, mode))

template <TensorLike T>
std::vector<T> PadGrad::vjp(const std::vector<T>&, const T&, const T& v) const {
  return {call(Pad{padding, 0, mode}, v)};
}

inline Sample<PadGrad> PadGrad::sample(Choices& choices) {
  const auto drawn = Pad::sample(choices);
  return {{drawn.op.padding, drawn.op.mode}, {*drawn.op.shape(drawn.shapes)}, {}};
}

}  // namespace plumbline::spec
