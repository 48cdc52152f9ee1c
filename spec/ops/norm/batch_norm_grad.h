// dx = (g − mean g − x̂ · mean(g·x̂)) / σ over batch and space of each channel
#pragma once

#include "spec/ops/norm/channels.h"

namespace plumbline::spec {

struct BatchNormGrad {
  double eps = 1e-5;

  static constexpr std::string_view name = "batch_norm_grad",
                                    summary = "the cotangent of training batch_norm's x; inputs x, ct times weight";
  static constexpr int arity = 2;
  static constexpr std::array methods = variance_methods;
  static constexpr std::array methods_by_claim = moment_method;
  bool operator==(const BatchNormGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    // [batch_norm_grad C1..C2]
    if (const auto ok = check_channels(*this, in[0]); !ok) return tl::unexpected(ok.error());
    // [batch_norm_grad C3]
    return gradient_shape(*this, 3, in);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return normalised_gradient(in, batch_slicing(in[0].shape()), eps, Way{});
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return normalised_gradient(in, batch_slicing(in[0].shape()), eps, Way::of(method));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& v) const {
    return normalised_gradient_vjp(*this, in, y, v, batch_slicing(in[0].shape()));
  }
  static Sample<BatchNormGrad> sample(Choices& choices) {
    const Shape x = pick_channels(choices);
    return {{pick_eps(choices)}, {x, x}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(BatchNormGrad, (), (eps))

}  // namespace plumbline::spec
