// y = (x − μ) / √(σ² + eps) · w + b, with μ and σ² of each image's channel over space
#pragma once

#include "spec/ops/norm/group_norm_grad.h"

namespace plumbline::spec {

struct InstanceNorm {
  double eps = 1e-5;

  static constexpr std::string_view
      name = "instance_norm",
      summary = "y = (x - mean) / sqrt(var + eps) * w + b over space; inputs x[, w[, b]]";
  static constexpr int arity = 1, most_inputs = 3;
  static constexpr std::array methods = norm_methods;
  static constexpr std::array methods_by_claim = moment_method;
  bool operator==(const InstanceNorm&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    // [instance_norm C1..C2]
    if (const auto ok = check_channels(*this, in[0]); !ok) return tl::unexpected(ok.error());
    // [instance_norm C3]
    if (const auto ok = check_parameters(*this, 3, in, 1); !ok) return tl::unexpected(ok.error());
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return normalised(in, group_slicing(in[0].shape(), in[0].shape()[1]), eps, Way{});
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return normalised(in, group_slicing(in[0].shape(), in[0].shape()[1]), eps, Way::of(method));
  }
  // A group for each channel; none at all still has one.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& x = in[0].shape();
    return normalised_vjp(GroupNormGrad{std::max<Index>(1, x[1]), eps}, *this, in, ct, channel_shape(x));
  }
  static Sample<InstanceNorm> sample(Choices& choices) {
    Shapes shapes{pick_channels(choices)};
    for (Index i = choices.pick(0, 2); i > 0; --i) shapes.push_back({shapes[0][1]});
    return {{pick_eps(choices)}, shapes, {}};
  }
};
BOOST_DESCRIBE_STRUCT(InstanceNorm, (), (eps))

}  // namespace plumbline::spec
