// dx = (g − mean g − x̂ · mean(g·x̂)) / σ over each image's groups of channels
#pragma once

#include "spec/ops/norm/channels.h"

namespace plumbline::spec {

struct GroupNormGrad {
  Index num_groups = 1;  // the number of channels: the gradient of instance_norm
  double eps = 1e-5;

  static constexpr std::string_view name = "group_norm_grad",
                                    summary = "the cotangent of group_norm's x; inputs x, ct times weight";
  static constexpr int arity = 2;
  static constexpr std::array methods = variance_methods;
  static constexpr std::array methods_by_claim = moment_method;
  bool operator==(const GroupNormGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    // [group_norm_grad C1..C2]
    if (const auto ok = check_channels(*this, in[0]); !ok) return tl::unexpected(ok.error());
    // [group_norm_grad C3]
    if (const auto ok = check_groups(*this, in[0]); !ok) return tl::unexpected(ok.error());
    // [group_norm_grad C4]
    return gradient_shape(*this, 4, in);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return normalised_gradient(in, group_slicing(in[0].shape(), num_groups), eps, Way{});
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return normalised_gradient(in, group_slicing(in[0].shape(), num_groups), eps, Way::of(method));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& v) const {
    return normalised_gradient_vjp(*this, in, y, v, group_slicing(in[0].shape(), num_groups));
  }
  static Sample<GroupNormGrad> sample(Choices& choices) {
    const Index groups = choices.pick(1, 4);
    const Shape x = pick_channels(choices, groups);
    return {{groups, pick_eps(choices)}, {x, x}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(GroupNormGrad, (), (num_groups, eps))

}  // namespace plumbline::spec
