// y = Σ (x − μ)² / (n − correction) over a set of axes
#pragma once

#include "spec/ops/reduce/moments.h"

namespace plumbline::spec {

struct Variance {
  Axes axes = {};  // empty: all
  Index correction = 1;
  bool keepdim = false;

  static constexpr std::string_view name = "var", summary = "y = sum of (x - mean)^2 / (n - correction) over axes";
  static constexpr int arity = 1;
  static constexpr auto methods = moment_methods;
  static constexpr std::array methods_by_claim = raw_moment_method;
  bool operator==(const Variance&) const = default;

  Result<Shape> shape(const Shapes& in) const { return moment_shape(*this, in[0]); }  // [var C1], [var C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return method("two_pass", in);
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return reduce(*this, in[0], [&](Index n, auto&& x) { return variance<Variance, N>(*this, method, n, x); });
  }
  // dx = 2 ct (x − μ)/(n − correction)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T twice = mul(ct, literal(ct, 2));
    return {mul(broadcast_back(*this, twice, in[0].shape()), variance_slope(*this, in[0]))};
  }
  static Sample<Variance> sample(Choices& choices) { return sample_moments<Variance>(choices); }
};
BOOST_DESCRIBE_STRUCT(Variance, (), (axes, correction, keepdim))

}  // namespace plumbline::spec
