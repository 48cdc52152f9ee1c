// y = x without the named axes of extent 1
#pragma once

#include "spec/ops/shape/reshape.h"

namespace plumbline::spec {

struct Squeeze {
  Axes axis = {};  // empty: every axis of extent 1

  static constexpr std::string_view name = "squeeze", summary = "x without axes of extent 1";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Squeeze&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto gone = normal_axes(axis, in[0].rank());
    if (!gone) return refuse(*this, 1, gone.error().what());
    Shape out;
    for (Index a = 0; a < in[0].rank(); ++a) {
      const bool named = !axis.empty() && std::binary_search(gone->begin(), gone->end(), a);
      if (named && in[0][a] != 1) return refuse(*this, 2, "axis ", a, " has extent ", in[0][a], ", expected 1");
      if (!named && (!axis.empty() || in[0][a] != 1)) out.push_back(in[0][a]);
    }
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
  static Sample<Squeeze> sample(Choices& choices) {
    Shape shape = pick_shape(choices, 0, 4);
    Squeeze op;
    for (Index a = 0; a < shape.rank(); ++a)
      if (choices.coin()) shape[a] = 1, op.axis.push_back(choices.coin() ? a - shape.rank() : a);
    if (choices.coin()) op.axis.clear();
    return {op, {shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Squeeze, (), (axis))

}  // namespace plumbline::spec
