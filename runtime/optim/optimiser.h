// Optimiser steps in float32 by PyTorch's documented rules, fused into one pass over each parameter.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runtime/core/buffer.h"
#include "runtime/core/workers.h"
#include "runtime/core/view.h"
#include "spec/lang/claims.h"
#include "spec/lang/optimiser.h"

namespace plumbline::runtime {

using spec::Result;

// One parameter at a step: p and the moments that the optimiser keeps (buf; m and v; others may be null).
struct OptimView {
  float* p = nullptr;
  const float* g = nullptr;
  float *buf = nullptr, *m = nullptr, *v = nullptr;
};

// Step t = 1, 2, … on n elements: the moments from the old state and g, then p from the new moments as stored.
// Scalars of t are computed in double, powers of β by exponent, and rounded once. Same bits however it is split.
void optimiser_step(const spec::Optimiser& optimiser, Index t, const OptimView& x, Index n);

// What the steps claim: separate roundings in binary32, correctly rounded square roots.
spec::Claims optimiser_claims(const spec::Optimiser& optimiser);

// An optimiser with its state for a list of parameters.
class OptimiserState {
 public:
  // An error if the attributes are out of range. The state is zero and no step is taken.
  static Result<OptimiserState> create(const spec::Optimiser& optimiser, std::vector<Index> sizes);

  // The next step. Lists have an entry for each parameter. Does not allocate.
  void step(Workers& workers, std::span<float* const> parameters, std::span<const float* const> gradients);

  const spec::Optimiser& optimiser() const { return optimiser_; }
  Index steps() const { return t_; }
  // `buf`, `m` or `v` of a parameter; empty if the optimiser does not keep it.
  std::span<float> state(std::string_view name, std::size_t parameter);
  std::string kernel() const { return std::string(spec::name_of(optimiser_)) + ".fused"; }
  spec::Claims claims() const { return optimiser_claims(optimiser_); }

 private:
  OptimiserState(const spec::Optimiser& optimiser, std::vector<Index> sizes);
  struct Part {
    std::size_t parameter;
    Index begin, end;
  };

  spec::Optimiser optimiser_;
  std::vector<Index> sizes_, offsets_;
  std::vector<Part> parts_;
  std::vector<std::string_view> names_;
  std::vector<Buffer> states_;  // one for each name, all parameters after one another
  Index t_ = 0;
};

}  // namespace plumbline::runtime
