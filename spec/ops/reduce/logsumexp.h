// y = ln Σ e^x over a set of axes
#pragma once

#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/reduce/reduction.h"

namespace plumbline::spec {

struct Logsumexp {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "logsumexp", summary = "y = log of the sum of exp(x) over a set of axes";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  bool operator==(const Logsumexp&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    return reduced_shape_of_some(*this, in[0]);
  }  // [logsumexp C1], [logsumexp C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce(*this, in[0],
                  [](Index n, auto&& x) { return log(spec::sum<N>(n, [&](Index k) { return exp(x(k)); })); });
  }
  // shifted: max x + ln Σ e^(x − max x), which never overflows; ±∞ where the maximum is.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return reduce(*this, in[0], [](Index n, auto&& x) {
      const N top = max_of<N>(n, x);
      const N rest = log(spec::sum<N>(n, [&](Index k) { return exp(x(k) - top); }));
      return select(is_infinite(top), top, top + rest);
    });
  }
  // dx = ct e^(x − y)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const Shape& shape = in[0].shape();
    return {mul(keep_axes(*this, ct, shape), call(Exp{}, sub(in[0], keep_axes(*this, y, shape))))};
  }
  static Sample<Logsumexp> sample(Choices& choices) {
    auto sample = sample_reduction<Logsumexp>(choices, /*least_extent=*/1);
    sample.domains = {Domain::near({0, -103, 88.7})};
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(Logsumexp, (), (axes, keepdim))

}  // namespace plumbline::spec
