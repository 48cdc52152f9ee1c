// y = x / √(mean x² + eps) · w over the last axes
#pragma once

#include "spec/ops/norm/rms_norm_grad.h"

namespace plumbline::spec {

struct RmsNorm {
  Axes normalized_shape = {};  // the extents of the last axes, as PyTorch; empty: the last axis
  double eps = 1e-5;

  static constexpr std::string_view name = "rms_norm",
                                    summary = "y = x / sqrt(mean(x^2) + eps) * w over the last axes; inputs x[, w]";
  static constexpr int arity = 1, most_inputs = 2;
  static constexpr bool centred = false;
  static constexpr std::array methods = rms_methods;
  bool operator==(const RmsNorm&) const = default;

  Result<Shape> shape(const Shapes& in) const { return normalised_rows(*this, in); }  // [rms_norm C1..C4]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return normalised_rows(*this, in, Way{});
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return normalised_rows(*this, in, Way::of(method));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return normalised_vjp(RmsNormGrad{normalized_shape, eps}, *this, in, ct,
                          *normalised_shape(*this, in[0].shape()));
  }
  static Sample<RmsNorm> sample(Choices& choices) { return sample_weighted_norm<RmsNorm>(choices); }
};
BOOST_DESCRIBE_STRUCT(RmsNorm, (), (normalized_shape, eps))

}  // namespace plumbline::spec
