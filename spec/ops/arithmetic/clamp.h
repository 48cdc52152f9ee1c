// y = min(max(x, lo), hi), with derivative 0 at and outside the ends
#pragma once

#include "spec/ops/arithmetic/clamp_grad.h"

namespace plumbline::spec {

// x brought into [min, max], with derivative 0 at and outside the ends; NaN stays. An infinite end is no end.
template <Number N>
N clamped(const N& x, double min, double max) {
  N y = x;
  if (std::isfinite(min)) y = select(less(real(x, min), x) | is_nan(x), y, real(x, min));
  if (std::isfinite(max)) y = select(less(x, real(x, max)) | is_nan(x), y, real(x, max));
  return y;
}

struct Clamp {
  double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();

  static constexpr std::string_view name = "clamp", summary = "y = x brought into [min, max]";
  static constexpr int arity = 1;
  bool operator==(const Clamp&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(min <= max)) return refuse(*this, 1, "min exceeds max: ", min, " vs ", max);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [&](const N& x) { return clamped(x, min, max); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(ClampGrad{min, max}, in[0], ct)};
  }
  static Sample<Clamp> sample(Choices& choices) {
    const ClampGrad ends = ClampGrad::pick(choices);
    return {{ends.min, ends.max}, {pick_shape(choices, 0, 4)}, {ends.domain()}};
  }
};
BOOST_DESCRIBE_STRUCT(Clamp, (), (min, max))

}  // namespace plumbline::spec
