// dx = ct where min < x < max, else 0
#pragma once

#include "spec/ops/reduce/sum_to.h"

namespace plumbline::spec {

struct ClampGrad {
  double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();

  static constexpr std::string_view name = "clamp_grad", summary = "ct where min < x < max, else 0; inputs x, ct";
  static constexpr int arity = 2;
  bool operator==(const ClampGrad&) const = default;

  bool differentiable(std::size_t input) const { return input == 1; }
  Result<Shape> shape(const Shapes& in) const {
    if (!(min <= max)) return refuse(*this, 2, "min exceeds max: ", min, " vs ", max);
    return same_shapes(*this, in);  // [clamp_grad C1]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [&](const N& x, const N& ct) {
      Truth inside = Tri::yes;
      if (std::isfinite(min)) inside = inside & less(real(x, min), x);
      if (std::isfinite(max)) inside = inside & less(x, real(x, max));
      return select(inside, ct, N(Index{0}));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    return {call(*this, in[0], v)};
  }
  static Sample<ClampGrad> sample(Choices& choices) {
    const ClampGrad op = pick(choices);
    const Shape shape = pick_shape(choices, 0, 4);
    return {op, {shape, shape}, {op.domain()}};
  }

  // Ends in quarters, each of them sometimes open.
  static ClampGrad pick(Choices& choices) {
    ClampGrad op;
    const double lo = static_cast<double>(choices.pick(-8, 8)) / 4, width = static_cast<double>(choices.pick(1, 9)) / 4;
    if (choices.pick(0, 3) != 3) op.min = lo;
    if (choices.pick(0, 3) != 3) op.max = lo + width;
    return op;
  }
  // Around the ends, so that most values lie inside.
  Domain domain() const {
    Domain d;
    if (std::isfinite(min)) d.lo = min - 0.5, d.hard.push_back(min);
    if (std::isfinite(max)) d.hi = max + 0.5, d.hard.push_back(max);
    return d;
  }
};
BOOST_DESCRIBE_STRUCT(ClampGrad, (), (min, max))

}  // namespace plumbline::spec
