// y[(i + shift) mod n] = x[i] along axes, or over the flattened tensor
#pragma once

#include "spec/ops/shape/arranged.h"

namespace plumbline::spec {

struct Roll {
  Axes shift{1};
  Axes axis = {};  // one for each shift; empty: one shift of the flattened tensor

  static constexpr std::string_view name = "roll", summary = "x shifted around along axes, y[(i + shift) mod n] = x[i]";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Roll&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const std::size_t expected = axis.empty() ? 1 : axis.size();
    if (shift.size() != expected) return refuse(*this, 1, shift.size(), " shifts for ", expected, " axes");
    for (Index a : axis)
      if (const auto n = normal_axis(a, in[0].rank()); !n) return refuse(*this, 2, n.error().what());
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape shape = axis.empty() ? Shape{in[0].size()} : in[0].shape();
    const auto by = steps(shape);
    return arranged(in[0].reshaped(shape), shape, [&](Index a, Index i) {
             return (i + shape[a] - by[static_cast<std::size_t>(a)]) % shape[a];
           }).reshaped(in[0].shape());
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape shape = axis.empty() ? Shape{in[0].shape().size()} : in[0].shape();
    Roll back = *this;
    for (std::size_t k = 0; k < shift.size(); ++k) {
      const Index n = axis.empty() ? shape[0] : shape[*normal_axis(axis[k], shape.rank())];
      back.shift[k] = n == 0 ? 0 : (n - remainder_of(shift[k], n)) % n;
    }
    return {call(back, ct)};
  }
  static Sample<Roll> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 3);
    Roll op{{choices.pick(-7, 7)}, pick_optional_axis(choices, shape.rank())};
    if (!op.axis.empty() && choices.coin())
      op.shift.push_back(choices.pick(-70, 70)), op.axis.push_back(choices.pick(-shape.rank(), shape.rank() - 1));
    return {op, {shape}, {}};
  }

 private:
  static Index remainder_of(Index i, Index n) { return (i % n + n) % n; }
  // By how much each axis of a shape is rolled, from 0 below its extent; an axis may be named more than once.
  Axes steps(const Shape& shape) const {
    Axes by(static_cast<std::size_t>(shape.rank()), 0);
    for (std::size_t k = 0; k < shift.size(); ++k) {
      const Index a = axis.empty() ? 0 : *normal_axis(axis[k], shape.rank());
      Index& total = by[static_cast<std::size_t>(a)];
      if (shape[a] > 0) total = (total + remainder_of(shift[k], shape[a])) % shape[a];
    }
    return by;
  }
};
BOOST_DESCRIBE_STRUCT(Roll, (), (shift, axis))

}  // namespace plumbline::spec
