// Recording the simple layers: one fused op each.
#include "runtime/nn/layers.h"

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/conv/conv1d.h"
#include "spec/ops/conv/conv2d.h"
#include "spec/ops/linalg/linear.h"
#include "spec/ops/linalg/matmul.h"
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
  Vars in{x, scope.param("weight", weight, c.init, c.seed_k)};
  if (c.bias) in.push_back(scope.param("bias", {c.out_channels}, c.init_b, c.seed_b));
  Op op;
  op.stride = c.stride, op.padding = c.padding, op.dilation = c.dilation, op.groups = c.groups;
  return call(op, in);
}

}  // namespace

void Linear::take_seeds(SeedStream& stream) {
  take_seed(seed_w, init, stream);
  if (bias) take_seed(seed_b, init_b, stream);
}
void Conv2d::take_seeds(SeedStream& stream) {
  take_seed(seed_k, init, stream);
  if (bias) take_seed(seed_b, init_b, stream);
}
void Conv1d::take_seeds(SeedStream& stream) {
  take_seed(seed_k, init, stream);
  if (bias) take_seed(seed_b, init_b, stream);
}
void Embedding::take_seeds(SeedStream& stream) { take_seed(seed_w, init, stream); }
void LearnedPositions::take_seeds(SeedStream& stream) { take_seed(seed_pos, init, stream); }

Var Linear::operator()(const Scope& scope, const Var& x) const {
  if (x.shape().rank() == 0 || x.shape().back(0) != in_features)
    throw spec::Error(spec::concat("[linear] expects last axis ", in_features, ", got ",
                                   x.shape().rank() == 0 ? "a scalar" : std::to_string(x.shape().back(0))));
  Vars in{x, scope.param("weight", {out_features, in_features}, init, seed_w)};
  if (bias) in.push_back(scope.param("bias", {out_features}, init_b, seed_b));
  return scope.after_linear(x, call(spec::Linear{}, in));
}

Var Conv2d::operator()(const Scope& scope, const Var& x) const { return convolved<spec::Conv2d>(*this, 2, scope, x); }
Var Conv1d::operator()(const Scope& scope, const Var& x) const { return convolved<spec::Conv1d>(*this, 1, scope, x); }

Var Embedding::operator()(const Scope& scope, const Var& x) const {
  const Var weight = scope.param("weight", {num_embeddings, embedding_dim}, init, seed_w);
  if (scope.recording().graph.node(x.id()).extent >= 0) return call(spec::Embedding{}, Vars{x, weight});
  return spec::matmul(x, weight);
}

Var LearnedPositions::operator()(const Scope& scope, const Var& x) const {
  const Var weight = scope.param("weight", {max_len, embedding_dim}, init, seed_pos);
  if (x.shape().rank() < 2) throw spec::Error(spec::concat("[learned_positions] expects [.., T, d], got ", x.shape()));
  if (start < 0 || start > max_len - x.shape().back(1))
    throw spec::Error(spec::concat("[learned_positions] ", x.shape().back(1), " positions from ", start,
                                   " are not within ", max_len));
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

}  // namespace plumbline::runtime::nn
