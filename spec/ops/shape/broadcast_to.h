// y = x repeated along the axes that NumPy would broadcast
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

template <TensorLike T>
T sum_to(const T& x, const Shape& shape);

struct BroadcastTo {
  Axes dims = {};  // the new shape

  static constexpr Aliases<1> aliases{{{"dims", "shape"}}};
  static constexpr std::string_view name = "broadcast_to",
                                    summary = "x repeated to a larger shape, as NumPy broadcasts";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const BroadcastTo&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const Shape to{dims};
    if (!to.valid()) return refuse(*this, 1, "shape ", to, " is not valid");
    const auto fits = broadcast(in[0], to);
    if (!fits || *fits != to) return refuse(*this, 2, "shape does not broadcast: ", in[0], " vs ", to);
    return to;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const auto from = broadcast_offsets(in[0].shape(), Shape(dims));
    return Tensor<N>::generate(Shape(dims), [&](Index i) { return in[0][from[static_cast<std::size_t>(i)]]; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {sum_to(ct, in[0].shape())};
  }
  static Sample<BroadcastTo> sample(Choices& choices) {
    const Shape to = pick_shape(choices, 0, 4);
    return {{to.dims()}, {pick_broadcastable(choices, to)}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(BroadcastTo, (), (dims))

template <TensorLike T>
T broadcast_to(const T& x, const Shape& shape) {
  return x.shape() == shape ? x : call(BroadcastTo{shape.dims()}, x);
}

}  // namespace plumbline::spec

#include "spec/ops/reduce/sum.h"
