// y = √(Σ (x − μ)² / (n − correction)) over a set of axes
#pragma once

#include "spec/ops/reduce/moments.h"
#include "spec/ops/reduce/roots.h"

namespace plumbline::spec {

struct Std {
  Axes axes = {};  // empty: all
  Index correction = 1;
  bool keepdim = false;

  static constexpr std::string_view name = "std", summary = "y = square root of the variance of x over axes";
  static constexpr int arity = 1;
  static constexpr auto methods = moment_methods;
  static constexpr std::array methods_by_claim = raw_moment_method;
  bool operator==(const Std&) const = default;

  Result<Shape> shape(const Shapes& in) const { return moment_shape(*this, in[0]); }  // [std C1], [std C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return method("two_pass", in);
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return reduce(*this, in[0], [&](Index n, auto&& x) -> N {
      if (moment_divisor(*this, n) > 0) return zero_root(variance<Std, N>(*this, method, n, x));
      return zero_root(squared_deviations<N>(method, n, x)) / N(Index{0});
    });
  }
  // dx = ct (x − μ)/((n − correction) y), 0 where y is.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const T share = over_nonzero(ct, y);
    return {mul(broadcast_back(*this, share, in[0].shape()), variance_slope(*this, in[0]))};
  }
  static Sample<Std> sample(Choices& choices) { return sample_moments<Std>(choices); }
};
BOOST_DESCRIBE_STRUCT(Std, (), (axes, correction, keepdim))

}  // namespace plumbline::spec
