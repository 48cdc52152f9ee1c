// y = (x − μ) / √(σ² + eps) · w + b, with μ and σ² of each image's groups of channels
#pragma once

#include "spec/ops/norm/group_norm_grad.h"

namespace plumbline::spec {

struct GroupNorm {
  Index num_groups = 1;
  double eps = 1e-5;

  static constexpr std::string_view
      name = "group_norm",
      summary = "y = (x - mean) / sqrt(var + eps) * w + b over groups of channels; inputs x[, w[, b]]";
  static constexpr int arity = 1, most_inputs = 3;
  static constexpr std::array methods = norm_methods;
  static constexpr std::array methods_by_claim = moment_method;
  bool operator==(const GroupNorm&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    // [group_norm C1..C2]
    if (const auto ok = check_channels(*this, in[0]); !ok) return tl::unexpected(ok.error());
    // [group_norm C3]
    if (const auto ok = check_groups(*this, in[0]); !ok) return tl::unexpected(ok.error());
    // [group_norm C4]
    if (const auto ok = check_parameters(*this, 4, in, 1); !ok) return tl::unexpected(ok.error());
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return normalised(in, group_slicing(in[0].shape(), num_groups), eps, Way{});
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return normalised(in, group_slicing(in[0].shape(), num_groups), eps, Way::of(method));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return normalised_vjp(GroupNormGrad{num_groups, eps}, *this, in, ct, channel_shape(in[0].shape()));
  }
  static Sample<GroupNorm> sample(Choices& choices) {
    const Index groups = choices.pick(1, 4);
    Shapes shapes{pick_channels(choices, groups)};
    for (Index i = choices.pick(0, 2); i > 0; --i) shapes.push_back({shapes[0][1]});
    return {{groups, pick_eps(choices)}, shapes, {}};
  }
};
BOOST_DESCRIBE_STRUCT(GroupNorm, (), (num_groups, eps))

}  // namespace plumbline::spec
