// Optimiser steps in float32 and float64 by PyTorch's documented rules, fused into one pass over each parameter.
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

// One parameter at a step: p and the moments that the optimiser keeps (of buf, m, v, top; others may be null). For an
// optimiser of matrices p is [rows, n / rows], and `scratch` holds matrix_scratch doubles.
template <class T>
struct OptimViewOf {
  T* p = nullptr;
  const T* g = nullptr;
  T *buf = nullptr, *m = nullptr, *v = nullptr, *top = nullptr;
  Index rows = 1;
  double* scratch = nullptr;
};
using OptimView = OptimViewOf<float>;

// Step t = 1, 2, … on n elements: the moments from the old state and g, then p from the new moments as stored.
// Scalars of t are computed in double, powers of β by exponent, and rounded once. Same bits however it is split, except
// that an optimiser of matrices gets all n elements at once.
void optimiser_step(const spec::Optimiser& optimiser, Index t, const OptimViewOf<float>& x, Index n);
void optimiser_step(const spec::Optimiser& optimiser, Index t, const OptimViewOf<double>& x, Index n);
Index matrix_scratch(Index rows, Index columns);

// What is done to all gradients before a step: by the norm of all of them together, or by value. Sums are in double.
void clip_gradients(const spec::GradientClip& clip, std::span<const std::span<float>> gradients);
void clip_gradients(const spec::GradientClip& clip, std::span<const std::span<double>> gradients);

// What the steps claim: separate roundings in the format, correctly rounded square roots; matrices and norms in double.
spec::Claims optimiser_claims(const spec::Optimiser& optimiser, const spec::Format& format = spec::binary32);
spec::Claims clip_claims(const spec::Format& format = spec::binary32);

// An optimiser with its state for a list of parameters.
class OptimiserState {
 public:
  // An error if the attributes are out of range. The state is zero and no step is taken; it is kept and steps are
  // computed in the dtype, f32 or f64.
  static Result<OptimiserState> create(const spec::Optimiser& optimiser, const std::vector<Shape>& shapes,
                                       DType dtype = DType::f32);
  static Result<OptimiserState> create(const spec::Optimiser& optimiser, const std::vector<Index>& sizes,
                                       DType dtype = DType::f32);

  // The next step on elements of the state's dtype. Lists have an entry for each parameter. Does not allocate.
  void step(Workers& workers, std::span<float* const> parameters, std::span<const float* const> gradients) {
    step_all(workers, parameters, gradients);
  }
  void step(Workers& workers, std::span<double* const> parameters, std::span<const double* const> gradients) {
    step_all(workers, parameters, gradients);
  }

  const spec::Optimiser& optimiser() const { return optimiser_; }
  Index steps() const { return t_; }
  const std::vector<Shape>& shapes() const { return shapes_; }  // of the parameters
  // The rate of the next step; finite and not negative.
  void set_lr(double lr) { std::visit([lr](auto& o) { o.lr = lr; }, optimiser_); }
  // The number of steps taken, where the state comes from a checkpoint.
  void set_steps(Index steps) { t_ = steps; }
  const std::vector<std::string_view>& state_names() const { return names_; }
  // `buf`, `m`, `v` or `top` of a parameter; empty if the optimiser does not keep it.
  template <class T = float>
  std::span<T> state(std::string_view name, std::size_t parameter) {
    return {static_cast<T*>(state_at(name, parameter, dtype_of<T>)), size_of_state(name, parameter)};
  }
  DType dtype() const { return dtype_; }
  std::string kernel() const { return std::string(spec::name_of(optimiser_)) + ".fused"; }
  spec::Claims claims() const {
    return optimiser_claims(optimiser_, dtype_ == DType::f64 ? spec::binary64 : spec::binary32);
  }

 private:
  OptimiserState(const spec::Optimiser& optimiser, const std::vector<Shape>& shapes, DType dtype);
  void* state_at(std::string_view name, std::size_t parameter, DType asked);
  std::size_t size_of_state(std::string_view name, std::size_t parameter) const;
  template <class T>
  void step_all(Workers& workers, std::span<T* const> parameters, std::span<const T* const> gradients);
  struct Part {
    std::size_t parameter;
    Index begin, end;
    Index scratch = 0;  // where the part's own begins
  };

  spec::Optimiser optimiser_;
  DType dtype_;
  std::vector<Shape> shapes_;
  std::vector<Index> sizes_, offsets_;
  std::vector<Part> parts_;
  std::vector<std::string_view> names_;
  std::vector<Buffer> states_;  // one for each name, all parameters after one another
  std::vector<double> scratch_;
  Index t_ = 0;
};

}  // namespace plumbline::runtime
