// The simple layers: linear, convolution, pools, normalisation, embedding, positions. Weights in PyTorch's layouts.
#pragma once

#include <string>

#include "runtime/nn/scope.h"
#include "spec/ops/pool/max_pool2d.h"

namespace plumbline::runtime::nn {

// y = x Wᵀ + b on the last axis; weight [out_features, in_features], bias [out_features].
struct Linear {
  Index in_features = 1, out_features = 1;
  bool bias = true;
  Initialiser init = spec::KaimingUniformInit{};
  Var operator()(const Scope& scope, const Var& x) const;
};

// x [N, C, H, W], weight [out, in / groups, kernel…], bias [out].
struct Conv2d {
  Index in_channels = 1, out_channels = 1;
  Axes kernel{3}, stride{1}, padding{0}, dilation{1};
  Index groups = 1;
  bool bias = true;
  Initialiser init = spec::KaimingUniformInit{};
  Var operator()(const Scope& scope, const Var& x) const;
};

// x [N, C, L].
struct Conv1d {
  Index in_channels = 1, out_channels = 1;
  Axes kernel{3}, stride{1}, padding{0}, dilation{1};
  Index groups = 1;
  bool bias = true;
  Initialiser init = spec::KaimingUniformInit{};
  Var operator()(const Scope& scope, const Var& x) const;
};

// x [N, C, H, W] → windows of `kernel`; stride empty: the kernel.
struct Pool2d {
  std::string kind = "max";  // average, adaptive_average (kernel is the output's size), global_average ([N, C, 1, 1])
  Axes kernel{2}, stride{}, padding{0};
  Var operator()(const Scope& scope, const Var& x) const;
};

// Over the last axes, of extents normalized_shape; weight and bias of that shape.
struct LayerNorm {
  Axes normalized_shape;
  double eps = 1e-5;
  bool affine = true;
  Var operator()(const Scope& scope, const Var& x) const;
};

// x / √(mean x² + eps) · weight over the last axes.
struct RmsNorm {
  Axes normalized_shape;
  double eps = 1e-5;
  Var operator()(const Scope& scope, const Var& x) const;
};

// By channel of x [N, C, …]. In training by the batch, whose statistics then enter running_mean and running_var (the
// unbiased variance); else by these.
struct BatchNorm {
  Index num_features = 1;
  double eps = 1e-5, momentum = 0.1;
  bool affine = true;
  Var operator()(const Scope& scope, const Var& x) const;
};

// By groups of channels of each image; num_groups = num_channels is instance normalisation.
struct GroupNorm {
  Index num_groups = 1, num_channels = 1;
  double eps = 1e-5;
  Var operator()(const Scope& scope, const Var& x) const;
};

// By each channel of each image.
struct InstanceNorm {
  Index num_features = 1;
  double eps = 1e-5;
  bool affine = false;
  Var operator()(const Scope& scope, const Var& x) const;
};

struct Dropout {
  double p = 0.5;
  Var operator()(const Scope& scope, const Var& x) const { return scope.dropout(x, p); }
};

// Rows of weight [num_embeddings, embedding_dim]: by index, or where x is real by a distribution over the tokens on its
// last axis, one-hot or not.
struct Embedding {
  Index num_embeddings = 1, embedding_dim = 1;
  Initialiser init = spec::NormalInit{0, 1};
  Var operator()(const Scope& scope, const Var& x) const;
};

// x [.., T, d] plus the first T rows of weight [max_len, d].
struct LearnedPositions {
  Index max_len = 1, embedding_dim = 1;
  Index start = 0;  // the first position
  Var operator()(const Scope& scope, const Var& x) const;
};

// x [.., T, d] plus sines and cosines of the position.
struct SinusoidalPositions {
  Index start = 0;
  Var operator()(const Scope& scope, const Var& x) const;
};

// Pairs of the last axis of x [.., T, d] rotated by the position.
struct RotaryPositions {
  Index start = 0;
  double base = 10000;
  bool interleaved = true;
  Var operator()(const Scope& scope, const Var& x) const;
};

// relu, gelu, gelu_tanh, silu, tanh, sigmoid, or none.
Var activation(std::string_view name, const Var& x);

}  // namespace plumbline::runtime::nn
