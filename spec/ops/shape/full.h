// y = a constant
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

struct Full {
  Axes dims = {};  // the shape
  double value = 0;

  static constexpr Aliases<1> aliases{{{"dims", "shape"}}};
  static constexpr std::string_view name = "full", summary = "y = value everywhere";
  static constexpr int arity = 0;
  bool operator==(const Full&) const = default;

  Result<Shape> shape(const Shapes&) const {
    if (!Shape(dims).valid()) return refuse(*this, 1, "shape ", Shape(dims), " is not valid");
    if (!std::isfinite(value)) return refuse(*this, 2, "value is not finite: ", value);
    return Shape(dims);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>&) const {
    return Tensor<N>::full(Shape(dims), N(value));
  }
  static Sample<Full> sample(Choices& choices) {
    return {{pick_shape(choices, 0, 4).dims(), static_cast<double>(choices.pick(0, 8)) / 4}, {}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Full, (), (dims, value))

// A tensor of one value, of the kind of `like`.
template <TensorLike T>
T full_like(const T& like, const Shape& shape, double value) {
  return constant(Full{shape.dims(), value}, like);
}

// A number beside `like`, which broadcasts to any shape.
template <TensorLike T>
T literal(const T& like, double value) {
  return full_like(like, {}, value);
}

}  // namespace plumbline::spec
