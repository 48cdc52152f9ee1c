// y = x with two axes exchanged
#pragma once

#include "spec/ops/shape/permute.h"

namespace plumbline::spec {

struct Transpose {
  Index dim0 = -2, dim1 = -1;

  static constexpr std::string_view name = "transpose", summary = "x with the axes dim0 and dim1 exchanged";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Transpose&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(dim0, in[0].rank()), b = normal_axis(dim1, in[0].rank());
    if (!a || !b) return refuse(*this, 1, (a ? b : a).error().what());
    Shape out = in[0];
    std::swap(out[*a], out[*b]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[0].shape(), to = *shape({from});
    const auto a = static_cast<std::size_t>(*normal_axis(dim0, from.rank())),
               b = static_cast<std::size_t>(*normal_axis(dim1, from.rank()));
    auto strides = from.strides();
    std::swap(strides[a], strides[b]);
    const auto steps = to.strides();
    return Tensor<N>::generate(to, [&](Index i) {
      Index at = 0;
      for (std::size_t k = 0; k < strides.size(); ++k) at += i / steps[k] * strides[k], i %= steps[k];
      return in[0][at];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {call(*this, ct)};
  }
  static Sample<Transpose> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 1, 4);
    const Index least = -shape.rank(), most = shape.rank() - 1;
    return {{choices.pick(least, most), choices.pick(least, most)}, {shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Transpose, (), (dim0, dim1))

}  // namespace plumbline::spec
