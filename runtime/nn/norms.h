// Normalisations: (x − mean) / √(var + eps) · γ + β over rows, channels or groups.
#pragma once

#include "runtime/nn/layer.h"

namespace plumbline::runtime::nn {

// Over the last axes, of extents normalized_shape; weight γ and bias β of that shape.
struct LayerNorm {
  Axes normalized_shape;
  double eps = 1e-5;
  bool affine = true;
  Initialiser init_gamma = spec::OnesInit{}, init_beta = spec::ZerosInit{};
  Seed seed_gamma = std::nullopt, seed_beta = std::nullopt;

  static constexpr std::string_view name = "layer_norm";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(LayerNorm, (), (normalized_shape, eps, affine, init_gamma, init_beta, seed_gamma, seed_beta))

// x / √(mean x² + eps) · weight over the last axes.
struct RmsNorm {
  Axes normalized_shape;
  double eps = 1e-5;
  Initialiser init_gamma = spec::OnesInit{};
  Seed seed_gamma = std::nullopt;

  static constexpr std::string_view name = "rms_norm";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(RmsNorm, (), (normalized_shape, eps, init_gamma, seed_gamma))

// By channel of x [N, C, …]. In training by the batch, whose statistics then enter running_mean and running_var (the
// unbiased variance); else by these.
struct BatchNorm {
  Index num_features = 1;
  double eps = 1e-5, momentum = 0.1;
  bool affine = true;
  Initialiser init_gamma = spec::OnesInit{}, init_beta = spec::ZerosInit{};
  Seed seed_gamma = std::nullopt, seed_beta = std::nullopt;

  static constexpr std::string_view name = "batch_norm";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(BatchNorm, (),
                      (num_features, eps, momentum, affine, init_gamma, init_beta, seed_gamma, seed_beta))

// By groups of channels of each image; num_groups = num_channels is instance normalisation.
struct GroupNorm {
  Index num_groups = 1, num_channels = 1;
  double eps = 1e-5;
  bool affine = true;
  Initialiser init_gamma = spec::OnesInit{}, init_beta = spec::ZerosInit{};
  Seed seed_gamma = std::nullopt, seed_beta = std::nullopt;

  static constexpr std::string_view name = "group_norm";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(GroupNorm, (),
                      (num_groups, num_channels, eps, affine, init_gamma, init_beta, seed_gamma, seed_beta))

// By each channel of each image.
struct InstanceNorm {
  Index num_features = 1;
  double eps = 1e-5;
  bool affine = false;
  Initialiser init_gamma = spec::OnesInit{}, init_beta = spec::ZerosInit{};
  Seed seed_gamma = std::nullopt, seed_beta = std::nullopt;

  static constexpr std::string_view name = "instance_norm";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(InstanceNorm, (), (num_features, eps, affine, init_gamma, init_beta, seed_gamma, seed_beta))

}  // namespace plumbline::runtime::nn
