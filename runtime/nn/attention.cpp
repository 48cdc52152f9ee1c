// Recording attention: projections, heads, the fused op, heads again, the projection out.
#include "runtime/nn/attention.h"

#include <numeric>

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sqrt.h"
#include "spec/ops/linalg/linear.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/norm/masked_softmax.h"
#include "spec/ops/norm/softmax.h"
#include "spec/ops/sequence/attention.h"
#include "spec/ops/shape/concat.h"
#include "spec/ops/shape/full.h"
#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"
#include "spec/ops/shape/slice.h"
#include "spec/ops/shape/tril.h"

namespace plumbline::runtime::nn {

namespace {

using Vars = std::vector<Var>;

// The second and third axis from the end exchanged: [.., T, H, d] and [.., H, T, d].
Var heads_and_positions(const Var& x) {
  Axes axes(static_cast<std::size_t>(x.shape().rank()));
  std::iota(axes.begin(), axes.end(), Index{0});
  std::swap(axes[axes.size() - 2], axes[axes.size() - 3]);
  return spec::permute(x, axes);
}

Var split_heads(const Var& x, Index heads, Index width) {
  Shape apart = x.shape();
  apart[apart.rank() - 1] = heads;
  apart.push_back(width);
  return heads_and_positions(spec::reshape(x, apart));
}

Var join_heads(const Var& x) {
  const Var y = heads_and_positions(x);
  Shape joined;
  for (Index a = 0; a + 2 < y.shape().rank(); ++a) joined.push_back(y.shape()[a]);
  joined.push_back(y.shape().back(1) * y.shape().back(0));
  return spec::reshape(y, joined);
}

}  // namespace

namespace {

void check_heads(const MultiheadAttention& a, const Var& x) {
  if (x.shape().rank() < 2)
    throw spec::Error(spec::concat("[multihead_attention] expects [.., T, ", a.embed_dim, "], got ", x.shape()));
  const auto usable = [](Index n) { return n >= 1 && n <= spec::max_elements; };
  if (!usable(a.num_heads) || !usable(a.embed_dim) || a.head_dim < 0)
    throw spec::Error(spec::concat("[multihead_attention] embed_dim ", a.embed_dim, ", num_heads ", a.num_heads,
                                   ", head_dim ", a.head_dim, " are out of range"));
  if (a.head_dim == 0 && a.embed_dim % a.num_heads != 0)
    throw spec::Error(spec::concat("[multihead_attention] num_heads does not divide embed_dim: ", a.num_heads, " vs ",
                                   a.embed_dim));
  if (a.head_dim > spec::max_elements / a.num_heads)
    throw spec::Error(spec::concat("[multihead_attention] ", a.num_heads, " heads of ", a.head_dim, " are too wide"));
}

}  // namespace

// part: 0 q, 1 k, 2 v
Var MultiheadAttention::project(const Scope& scope, const Var& x, Index part) const {
  const Index inner = num_heads * width();
  const Var w = scope.param("in_proj_weight", {3 * inner, embed_dim}, spec::XavierUniformInit{});
  Vars in{x, spec::slice(w, 0, part * inner, (part + 1) * inner)};
  if (bias)
    in.push_back(spec::slice(scope.param("in_proj_bias", {3 * inner}, spec::ZerosInit{}), 0, part * inner,
                             (part + 1) * inner));
  return split_heads(call(spec::Linear{}, in), num_heads, width());
}

// The probabilities one by one, where some of them are dropped.
Var MultiheadAttention::weighted(const Scope& scope, const Var& q, const Var& k, const Var& v,
                                 std::optional<Var> mask_in) const {
  const Var root = call(spec::Sqrt{}, Vars{spec::literal(q, static_cast<double>(width()))});
  Var scores = spec::div(spec::matmul(q, spec::transpose_last(k)), root);
  if (mask_in && mask == "additive") scores = spec::add(scores, *mask_in);
  std::optional<Var> seen = mask == "boolean" ? mask_in : std::nullopt;
  if (is_causal) {
    const Shape square{scores.shape().back(1), scores.shape().back(0)};
    const Var lower = call(spec::Tril{0}, Vars{spec::full_like(q, square, 1)});
    seen = seen ? spec::mul(*seen, lower) : lower;
  }
  const Var p = seen ? call(spec::MaskedSoftmax{-1}, Vars{scores, *seen}) : call(spec::Softmax{-1}, Vars{scores});
  return spec::matmul(scope.dropout(p, dropout), v);
}

Var MultiheadAttention::attend(const Scope& scope, const Var& q, const Var& k, const Var& v, std::optional<Var> mask_in,
                               Index start) const {
  Var y = q;
  if (!mask_in && attn_mask) mask_in = scope.buffer("attn_mask", *attn_mask);
  if (dropout > 0 && scope.training()) {
    y = weighted(scope, q, k, v, mask_in);
  } else {
    Vars in{scope.dropout(q, dropout), k, v};  // the identity, which takes its seed
    if (mask_in) in.push_back(*mask_in);
    y = call(spec::Attention{mask, is_causal, is_causal ? start : 0, 0}, in);
  }
  return Linear{.in_features = num_heads * width(), .out_features = embed_dim, .bias = bias,
                .init = spec::XavierUniformInit{}}(scope / "out_proj", join_heads(y));
}

Var MultiheadAttention::operator()(const Scope& scope, const Var& x, std::optional<Var> mask_in) const {
  return cross(scope, x, x, mask_in);
}

Var MultiheadAttention::cross(const Scope& place, const Var& x, const Var& memory, std::optional<Var> mask_in) const {
  check_heads(*this, x), check_heads(*this, memory);
  const Scope scope = place.seeded(seeds);
  Var q = project(scope, x, 0), k = project(scope, memory, 1);
  const Var v = project(scope, memory, 2);
  if (rotary) q = (*rotary)(scope, q), k = (*rotary)(scope, k);
  return attend(scope, q, k, v, mask_in, 0);
}

Var MultiheadAttention::cached(const Scope& place, const Var& x, KeyValueCache& cache) const {
  check_heads(*this, x);
  const Scope scope = place.seeded(seeds);
  const Index start = cache.length();
  Var q = project(scope, x, 0), k = project(scope, x, 1);
  const Var v = project(scope, x, 2);
  if (rotary) {
    RotaryPositions here = *rotary;
    here.start += start;
    q = here(scope, q), k = here(scope, k);
  }
  cache.keys = cache.keys ? call(spec::Concat{-2}, Vars{*cache.keys, k}) : k;
  cache.values = cache.values ? call(spec::Concat{-2}, Vars{*cache.values, v}) : v;
  return attend(scope, q, *cache.keys, *cache.values, std::nullopt, start);
}

}  // namespace plumbline::runtime::nn
