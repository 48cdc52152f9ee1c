// Recording normalisations: one fused op each.
#include "runtime/nn/norms.h"

#include "spec/ops/norm/batch_norm.h"
#include "spec/ops/norm/batch_norm_running_mean.h"
#include "spec/ops/norm/batch_norm_running_var.h"
#include "spec/ops/norm/group_norm.h"
#include "spec/ops/norm/instance_norm.h"
#include "spec/ops/norm/layer_norm.h"
#include "spec/ops/norm/rms_norm.h"

namespace plumbline::runtime::nn {

namespace {

using Vars = std::vector<Var>;

// The inputs, and behind them weight γ and bias β of the shape.
template <class Norm>
Vars with_affine(const Norm& norm, const Scope& scope, Vars in, const Shape& shape) {
  if (!norm.affine) return in;
  in.push_back(scope.param("weight", shape, norm.init_gamma, norm.seed_gamma));
  in.push_back(scope.param("bias", shape, norm.init_beta, norm.seed_beta));
  return in;
}

template <class Norm>
void take(Norm& norm, SeedStream& stream) {
  if (!norm.affine) return;
  take_seed(norm.seed_gamma, norm.init_gamma, stream), take_seed(norm.seed_beta, norm.init_beta, stream);
}

}  // namespace

void LayerNorm::take_seeds(SeedStream& stream) { take(*this, stream); }
void BatchNorm::take_seeds(SeedStream& stream) { take(*this, stream); }
void GroupNorm::take_seeds(SeedStream& stream) { take(*this, stream); }
void InstanceNorm::take_seeds(SeedStream& stream) { take(*this, stream); }
void RmsNorm::take_seeds(SeedStream& stream) { take_seed(seed_gamma, init_gamma, stream); }

Var LayerNorm::operator()(const Scope& scope, const Var& x) const {
  return call(spec::LayerNorm{normalized_shape, eps}, with_affine(*this, scope, {x}, Shape(normalized_shape)));
}

Var RmsNorm::operator()(const Scope& scope, const Var& x) const {
  return call(spec::RmsNorm{normalized_shape, eps},
              Vars{x, scope.param("weight", Shape(normalized_shape), init_gamma, seed_gamma)});
}

Var BatchNorm::operator()(const Scope& scope, const Var& x) const {
  const Vars weights = with_affine(*this, scope, {}, {num_features});
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
  return call(spec::GroupNorm{num_groups, eps}, with_affine(*this, scope, {x}, {num_channels}));
}

Var InstanceNorm::operator()(const Scope& scope, const Var& x) const {
  return call(spec::InstanceNorm{eps}, with_affine(*this, scope, {x}, {num_features}));
}

}  // namespace plumbline::runtime::nn
