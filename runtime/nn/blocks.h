// Blocks made of layers: mlp, convolution with norm and activation, branches, the ResNet's basic block, heads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/nn/layers.h"

namespace plumbline::runtime::nn {

// Anything that records itself at a place.
using Branch = std::function<Var(const Scope&, const Var&)>;

// linear, activation, …, linear; widths from the features to the outputs. Params 0.weight, 0.bias, 1.weight, …
struct Mlp {
  std::vector<Index> widths;
  std::string activation = "relu";
  double dropout = 0;  // behind each activation
  Var operator()(const Scope& scope, const Var& x) const;
};

// conv, norm, activation, pool, dropout, each but the first where it is asked for. Params conv.weight, conv.bias,
// norm.weight, …
struct ConvBlock {
  Conv2d conv;
  std::string norm = "none";  // batch, group (of num_groups), instance
  Index num_groups = 1;
  std::string activation = "relu";
  Index pool = 1;  // the window of a max pool; 1: none
  double dropout = 0;
  Var operator()(const Scope& scope, const Var& x) const;
};

// x + f(x)
struct Residual {
  Branch f;
  Var operator()(const Scope& scope, const Var& x) const;
};

// f(x) + g(x): params of f, at `f`, then of g, at `g`.
struct Parallel {
  Branch f, g;
  Var operator()(const Scope& scope, const Var& x) const;
};

// relu(norm(conv(relu(norm(conv x)))) + shortcut(x)), 3×3 convolutions; the first has the stride, so that an extent h
// becomes ⌈h / stride⌉. Where stride or channels change the shortcut is a 1×1 convolution with norm. Params conv1, bn1,
// conv2, bn2, downsample.0, downsample.1.
struct BasicBlock {
  Index in_channels = 1, out_channels = 1, stride = 1;
  Var operator()(const Scope& scope, const Var& x) const;
};

// conv1, bn1, relu, four groups of `blocks` basic blocks of widths w, 2w, 4w, 8w, the last three at half the extent,
// the mean over space, fc. For small images: a 3×3 first convolution of stride 1 and no pool.
struct ResNet {
  Index in_channels = 1, width = 64, blocks = 2, groups = 4, classes = 10;
  Var operator()(const Scope& scope, const Var& x) const;
};

// Logits of classes, or values: layer norm where `norm`, then linear, from the last axis of x.
struct Head {
  Index in_features = 1, out_features = 1;
  bool norm = false;
  Var operator()(const Scope& scope, const Var& x) const;
};

}  // namespace plumbline::runtime::nn
