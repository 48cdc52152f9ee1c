// dx = (g − mean g − x̂ · mean(g·x̂)) / σ over the last axes, x̂ = (x − μ) / σ, σ = √(variance + eps)
#pragma once

#include "spec/ops/norm/layer.h"

namespace plumbline::spec {

struct LayerNormGrad {
  Axes normalized_shape = {};  // the extents of the last axes, as PyTorch; empty: the last axis
  double eps = 1e-5;

  static constexpr std::string_view name = "layer_norm_grad",
                                    summary = "the cotangent of layer_norm's x; inputs x, ct times weight";
  static constexpr int arity = 2;
  static constexpr bool centred = true;
  static constexpr std::array methods = variance_methods;
  static constexpr std::array methods_by_claim = moment_method;
  bool operator==(const LayerNormGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto slice = normalised_shape(*this, in[0]);  // [layer_norm_grad C1..C3]
    if (!slice) return tl::unexpected(slice.error());
    return gradient_shape(*this, 4, in);  // [layer_norm_grad C4]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return normalised_gradient(in, row_slicing(*this, in[0].shape()), eps, Way{});
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return normalised_gradient(in, row_slicing(*this, in[0].shape()), eps, Way::of(method));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& v) const {
    return normalised_gradient_vjp(*this, in, y, v, row_slicing(*this, in[0].shape()));
  }
  static Sample<LayerNormGrad> sample(Choices& choices) {
    auto sample = sample_layer_norm<LayerNormGrad>(choices);
    sample.shapes[1] = sample.shapes[0];
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(LayerNormGrad, (), (normalized_shape, eps))

}  // namespace plumbline::spec
