// y = x / max(‖x‖₂, eps) along an axis
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sqrt.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/compare/less.h"
#include "spec/ops/compare/where.h"
#include "spec/ops/norm/shift.h"

namespace plumbline::spec {

// torch.nn.functional.normalize with p = 2. Where ‖x‖₂ < eps the divisor is the constant eps, also for the derivative.
struct L2Normalize {
  Index axis = 1;
  double eps = 1e-12;

  static constexpr std::string_view name = "l2_normalize",
                                    summary = "y = x / max(sqrt(sum(x^2)), eps) along an axis";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"reciprocal"};
  bool operator==(const L2Normalize&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(eps >= 0) || !std::isfinite(eps)) return refuse(*this, 2, "eps is not a finite number from 0: ", eps);
    return shape_along(*this, in[0]);  // [l2_normalize C1]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return scaled(in, [](const N& x, const N& norm) { return x / norm; });
  }
  // reciprocal: one 1/max(‖x‖, eps) for each fibre.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return scaled(in, [](const N& x, const N& norm) { return x * (N(Index{1}) / norm); });
  }
  // With r = max(‖x‖, eps): dx = (ct − y Σ ct·y) / r, and ct / eps where eps is larger.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const auto total = [&](const T& a) { return call(Sum{{axis}, true}, a); };
    const T energy = total(mul(in[0], in[0])), floor = literal(ct, eps);
    const T is_short = call(Less{}, energy, mul(floor, floor));
    const T norm = where(is_short, floor, call(Sqrt{}, where(is_short, literal(ct, 1), energy)));
    const T along = where(is_short, literal(ct, 0), mul(y, total(mul(ct, y))));
    return {div(sub(ct, along), norm)};
  }
  static Sample<L2Normalize> sample(Choices& choices) {
    auto sample = sample_along<L2Normalize>(choices);
    sample.op.eps = choices.one_of<double>({1e-12, 1e-5, 0.5, 0});
    sample.domains = {Domain::near({0})};
    return sample;
  }

 private:
  template <Number N, class F>
  Tensor<N> scaled(const Tensors<N>& in, F&& over) const {
    return along(axis, in[0], [&](Index n, auto&& x, auto&& y) {
      const N energy = sum<N>(n, [&](Index j) { return square(x(j)); }), floor = real(energy, eps);
      const N norm = select(less(energy, square(floor)), floor, N(sqrt(energy)));
      for (Index i = 0; i < n; ++i) y(i) = over(x(i), norm);
    });
  }
};
BOOST_DESCRIBE_STRUCT(L2Normalize, (), (axis, eps))

}  // namespace plumbline::spec
