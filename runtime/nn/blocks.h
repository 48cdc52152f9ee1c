// Blocks made of layers: mlp, convolution with norm and activation, branches, the ResNet's basic block, heads.
#pragma once

#include <string>
#include <vector>

#include "runtime/nn/layers.h"

namespace plumbline::runtime::nn {

// linear, activation, …, linear; widths from the features to the outputs. Params 0.weight, 0.bias, 1.weight, …
struct Mlp {
  std::vector<Index> widths = {};
  std::string activation = "relu";
  double dropout = 0;  // behind each activation
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "mlp";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(Mlp, (), (widths, activation, dropout, seeds))

// conv, norm, activation, pool, dropout, each but the first where it is asked for. Params conv.weight, conv.bias,
// norm.weight, … x [N, C, H, W] or [C, H, W].
struct ConvBlock {
  Conv2d conv;
  std::string norm = "none";  // batch, group (of num_groups), instance
  Index num_groups = 1;
  std::string activation = "relu";
  Index pool = 1;  // the window of a max pool; 1: none
  double dropout = 0;
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "conv_norm_act";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(ConvBlock, (), (conv, norm, num_groups, activation, pool, dropout, seeds))

// x + f(x)
struct Residual {
  Layer f;

  static constexpr std::string_view name = "residual";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream) { f = f.seeded(stream); }
};
BOOST_DESCRIBE_STRUCT(Residual, (), (f))

// f(x) + g(x): params of f, at `f`, then of g, at `g`.
struct Parallel {
  Layer f, g;

  static constexpr std::string_view name = "add_branches";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream) { f = f.seeded(stream), g = g.seeded(stream); }
};
BOOST_DESCRIBE_STRUCT(Parallel, (), (f, g))

// ⌈h / 2⌉: the extent behind a 3×3 convolution with padding 1, or a 1×1 one, of stride 2.
constexpr Index down2(Index h) { return h / 2 + h % 2; }

// f(norm(conv(f(norm(conv x)))) + shortcut(x)), 3×3 convolutions; the first has the stride, so that an extent h
// becomes ⌈h / stride⌉. Where stride or channels change the shortcut is a 1×1 convolution with norm. Params conv1, bn1,
// conv2, bn2, downsample.0, downsample.1. x [N, C, H, W] or [C, H, W].
struct BasicBlock {
  Index in_channels = 1, out_channels = 1, stride = 1;
  bool bias = false;  // of the convolutions
  std::string activation = "relu";
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "basic_block";
  Var operator()(const Scope& scope, const Var& x) const;
  bool projects() const { return stride != 1 || in_channels != out_channels; }
  void take_seeds(SeedStream& stream) { seeds.take(stream, projects() ? 3 : 2); }
};
BOOST_DESCRIBE_STRUCT(BasicBlock, (), (in_channels, out_channels, stride, bias, activation, seeds))

// conv1, bn1, relu, four groups of `blocks` basic blocks of widths w, 2w, 4w, 8w, the last three at half the extent,
// the mean over space, fc. For small images: a 3×3 first convolution of stride 1 and no pool.
struct ResNet {
  Index in_channels = 1, width = 64, blocks = 2, groups = 4, classes = 10;
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "resnet";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream);
};
BOOST_DESCRIBE_STRUCT(ResNet, (), (in_channels, width, blocks, groups, classes, seeds))

// Logits of classes, or values: layer norm where `norm`, then linear, from the last axis of x.
struct Head {
  Index in_features = 1, out_features = 1;
  bool norm = false;
  BlockSeeds seeds = {};

  static constexpr std::string_view name = "head";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream) { seeds.take(stream, 1); }
};
BOOST_DESCRIBE_STRUCT(Head, (), (in_features, out_features, norm, seeds))

// The axes from `start` on made one, then linear: a head of classes or values. start 0: of one example, 1: of a batch.
struct FlattenLinear {
  Index in_features = 1, out_features = 1, start = 1;
  Initialiser init = spec::XavierUniformInit{};
  Seed seed_w = std::nullopt;

  static constexpr std::string_view name = "flatten_linear";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream) { take_seed(seed_w, init, stream); }
};
BOOST_DESCRIBE_STRUCT(FlattenLinear, (), (in_features, out_features, start, init, seed_w))

}  // namespace plumbline::runtime::nn
