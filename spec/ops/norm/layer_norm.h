// y = (x − μ) / √(σ² + eps) · w + b over the last axes, σ² the population variance
#pragma once

#include "spec/ops/norm/layer_norm_grad.h"

namespace plumbline::spec {

struct LayerNorm {
  Axes normalized_shape = {};  // the extents of the last axes, as PyTorch; empty: the last axis
  double eps = 1e-5;

  static constexpr std::string_view
      name = "layer_norm",
      summary = "y = (x - mean) / sqrt(var + eps) * w + b over the last axes; inputs x[, w[, b]]";
  static constexpr int arity = 1, most_inputs = 3;
  static constexpr bool centred = true;
  static constexpr std::array methods = norm_methods;
  static constexpr std::array methods_by_claim = moment_method;
  bool operator==(const LayerNorm&) const = default;

  Result<Shape> shape(const Shapes& in) const { return normalised_rows(*this, in); }  // [layer_norm C1..C4]
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
    return normalised_vjp(LayerNormGrad{normalized_shape, eps}, *this, in, ct,
                          *normalised_shape(*this, in[0].shape()));
  }
  static Sample<LayerNorm> sample(Choices& choices) { return sample_weighted_norm<LayerNorm>(choices); }
};
BOOST_DESCRIBE_STRUCT(LayerNorm, (), (normalized_shape, eps))

}  // namespace plumbline::spec
