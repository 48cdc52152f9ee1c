// y = min(max(x, min_val), max_val), with derivative 0 at and outside the ends
#pragma once

#include "spec/ops/arithmetic/clamp.h"

namespace plumbline::spec {

struct Hardtanh {
  double min_val = -1, max_val = 1;

  static constexpr std::string_view name = "hardtanh", summary = "y = x brought into [min_val, max_val]";
  static constexpr int arity = 1;
  bool operator==(const Hardtanh&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(min_val <= max_val)) return refuse(*this, 1, "min_val exceeds max_val: ", min_val, " vs ", max_val);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) { return clamped(x, min_val, max_val); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(ClampGrad{min_val, max_val}, in[0], ct)};
  }
  static Sample<Hardtanh> sample(Choices& choices) {
    const ClampGrad ends = ClampGrad::pick(choices);
    return {{ends.min, ends.max}, {pick_shape(choices, 0, 4)}, {ends.domain()}};
  }
};
BOOST_DESCRIBE_STRUCT(Hardtanh, (), (min_val, max_val))

}  // namespace plumbline::spec
