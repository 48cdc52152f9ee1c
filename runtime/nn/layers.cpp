// Recording the simple layers: one fused op each.
#include "runtime/nn/layers.h"

#include "spec/ops/activation/gelu.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/activation/silu.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/conv/conv1d.h"
#include "spec/ops/conv/conv2d.h"
#include "spec/ops/function/tanh.h"
#include "spec/ops/linalg/linear.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/norm/batch_norm.h"
#include "spec/ops/norm/batch_norm_running_mean.h"
#include "spec/ops/norm/batch_norm_running_var.h"
#include "spec/ops/norm/group_norm.h"
#include "spec/ops/norm/instance_norm.h"
#include "spec/ops/norm/layer_norm.h"
#include "spec/ops/norm/rms_norm.h"
#include "spec/ops/pool/adaptive_avg_pool2d.h"
#include "spec/ops/pool/avg_pool2d.h"
#include "spec/ops/pool/global_avg_pool2d.h"
#include "spec/ops/sequence/rope.h"
#include "spec/ops/sequence/sinusoidal_encoding.h"
#include "spec/ops/shape/embedding.h"
#include "spec/ops/shape/slice.h"

namespace plumbline::runtime::nn {

namespace {

using Vars = std::vector<Var>;

// One number stands for each of the axes.
Axes for_each_axis(const Axes& list, std::size_t axes) { return list.size() == 1 ? Axes(axes, list[0]) : list; }

template <class Op, class Layer>
Var convolved(const Layer& c, std::size_t axes, const Scope& scope, const Var& x) {
  if (c.groups < 1) throw spec::Error(spec::concat("[", Op::name, "] groups is not positive: ", c.groups));
  Shape weight{c.out_channels, c.in_channels / c.groups};
  for (const Index k : for_each_axis(c.kernel, axes)) weight.push_back(k);
  Vars in{x, scope.param("weight", weight, c.init)};
  if (c.bias) in.push_back(scope.param("bias", {c.out_channels}, spec::ZerosInit{}));
  Op op;
  op.stride = c.stride, op.padding = c.padding, op.dilation = c.dilation, op.groups = c.groups;
  return call(op, in);
}

// x, and a weight of ones with a bias of zeros behind it.
Vars with_affine(const Scope& scope, Vars in, bool affine, const Shape& shape) {
  if (!affine) return in;
  in.push_back(scope.param("weight", shape, spec::OnesInit{}));
  in.push_back(scope.param("bias", shape, spec::ZerosInit{}));
  return in;
}

}  // namespace

Var Linear::operator()(const Scope& scope, const Var& x) const {
  Vars in{x, scope.param("weight", {out_features, in_features}, init)};
  if (bias) in.push_back(scope.param("bias", {out_features}, spec::ZerosInit{}));
  return call(spec::Linear{}, in);
}

Var Conv2d::operator()(const Scope& scope, const Var& x) const { return convolved<spec::Conv2d>(*this, 2, scope, x); }
Var Conv1d::operator()(const Scope& scope, const Var& x) const { return convolved<spec::Conv1d>(*this, 1, scope, x); }

Var Pool2d::operator()(const Scope&, const Var& x) const {
  if (kind == "global_average") return call(spec::GlobalAvgPool2d{}, Vars{x});
  if (kind == "adaptive_average") {
    spec::AdaptiveAvgPool2d op;
    op.output_size = kernel;
    return call(op, Vars{x});
  }
  const auto windowed = [&](auto op) {
    op.kernel = kernel, op.stride = stride, op.padding = padding;
    return call(op, Vars{x});
  };
  if (kind == "average") return windowed(spec::AvgPool2d{});
  if (kind == "max") return windowed(spec::MaxPool2d{});
  throw spec::Error(spec::concat("[pool2d] kind is max, average, adaptive_average or global_average, got ", kind));
}

Var LayerNorm::operator()(const Scope& scope, const Var& x) const {
  return call(spec::LayerNorm{normalized_shape, eps}, with_affine(scope, {x}, affine, Shape(normalized_shape)));
}

Var RmsNorm::operator()(const Scope& scope, const Var& x) const {
  return call(spec::RmsNorm{normalized_shape, eps},
              Vars{x, scope.param("weight", Shape(normalized_shape), spec::OnesInit{})});
}

Var BatchNorm::operator()(const Scope& scope, const Var& x) const {
  const Vars weights = with_affine(scope, {}, affine, {num_features});
  const Var mean = scope.state("running_mean", {num_features}, 0), var = scope.state("running_var", {num_features}, 1);
  Vars in{x};
  if (!scope.training()) in.insert(in.end(), {mean, var});
  in.insert(in.end(), weights.begin(), weights.end());
  const Var y = call(spec::BatchNorm{scope.training(), eps}, in);
  if (scope.training()) {
    scope.update(mean, call(spec::BatchNormRunningMean{momentum}, Vars{x, mean}));
    scope.update(var, call(spec::BatchNormRunningVar{momentum}, Vars{x, var}));
  }
  return y;
}

Var GroupNorm::operator()(const Scope& scope, const Var& x) const {
  return call(spec::GroupNorm{num_groups, eps}, with_affine(scope, {x}, true, {num_channels}));
}

Var InstanceNorm::operator()(const Scope& scope, const Var& x) const {
  return call(spec::InstanceNorm{eps}, with_affine(scope, {x}, affine, {num_features}));
}

Var Embedding::operator()(const Scope& scope, const Var& x) const {
  const Var weight = scope.param("weight", {num_embeddings, embedding_dim}, init);
  if (scope.recording().graph.node(x.id()).extent >= 0) return call(spec::Embedding{}, Vars{x, weight});
  return spec::matmul(x, weight);
}

Var LearnedPositions::operator()(const Scope& scope, const Var& x) const {
  const Var weight = scope.param("weight", {max_len, embedding_dim}, spec::NormalInit{0, 0.02});
  if (start + x.shape().back(1) > max_len)
    throw spec::Error(spec::concat("[learned_positions] positions end at ", start + x.shape().back(1), ", beyond ",
                                   max_len));
  return spec::add(x, spec::slice(weight, 0, start, start + x.shape().back(1)));
}

Var SinusoidalPositions::operator()(const Scope&, const Var& x) const {
  spec::SinusoidalEncoding op;
  op.start = start;
  return call(op, Vars{x});
}

Var RotaryPositions::operator()(const Scope&, const Var& x) const {
  spec::Rope op;
  op.start = start, op.base = base, op.interleaved = interleaved;
  return call(op, Vars{x});
}

Var activation(std::string_view name, const Var& x) {
  if (name == "relu") return call(spec::Relu{}, Vars{x});
  if (name == "gelu") return call(spec::Gelu{"none"}, Vars{x});
  if (name == "gelu_tanh") return call(spec::Gelu{"tanh"}, Vars{x});
  if (name == "silu") return call(spec::Silu{}, Vars{x});
  if (name == "tanh") return call(spec::Tanh{}, Vars{x});
  if (name == "sigmoid") return call(spec::Sigmoid{}, Vars{x});
  if (name == "none") return x;
  throw spec::Error(spec::concat("[activation] found ", name,
                                 ", expected relu, gelu, gelu_tanh, silu, tanh, sigmoid or none"));
}

}  // namespace plumbline::runtime::nn
