// Optimiser steps as exact formulas over any number type: PyTorch's documented update rules.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "spec/lang/number.h"
#include "spec/lang/optimiser.h"
#include "spec/layers/scalar.h"

namespace plumbline::spec {

// What belongs to one element between steps: the parameter p and the moments, buf or m, v; those that the optimiser
// does not keep are zero. Before step 1 the moments are zero.
template <class N>
struct OptimState {
  N p{}, buf{}, m{}, v{};
};

// Step t = 1, 2, … in two halves, as a kernel does it: the new moments from the old state and the gradient, then the
// new parameter from the new moments. Scalars of t are exact: powers by exponent, rounded once [optim B1].
template <Number N>
class StepFormula {
 public:
  // `like` lends precision, format and claims.
  StepFormula(const Optimiser& optimiser, Index t, const N& like) : optimiser_(optimiser), t_(t), like_(like) {}

  // buf, or m and v; p as it was.
  OptimState<N> moments(const OptimState<N>& old, const N& g) const {
    return std::visit([&](const auto& o) { return moments_of(o, old, g); }, optimiser_);
  }
  // p, given the state after `moments`.
  N parameter(const OptimState<N>& s, const N& g) const {
    return std::visit([&](const auto& o) { return parameter_of(o, s, g); }, optimiser_);
  }
  OptimState<N> step(const OptimState<N>& old, const N& g) const {
    OptimState<N> s = moments(old, g);
    s.p = parameter(s, g);
    return s;
  }

 private:
  N scalar(double a) const { return spec::scalar(like_, a); }
  N coefficient(const N& a) const { return spec::coefficient(like_, a); }
  N coefficient(double a) const { return coefficient(scalar(a)); }
  N complement(double beta) const { return coefficient(scalar(1) - scalar(beta)); }
  // 1 − β^t
  N correction(double beta) const { return scalar(1) - pow(scalar(beta), scalar(static_cast<double>(t_))); }
  // g + λ p
  template <class O>
  N decayed(const O& o, const N& g, const N& p) const {
    return o.weight_decay == 0 ? g : g + coefficient(o.weight_decay) * p;
  }

  OptimState<N> moments_of(const Sgd& o, OptimState<N> s, const N& g) const {
    if (o.momentum == 0) return s;
    const N d = decayed(o, g, s.p);
    s.buf = t_ == 1 ? d : coefficient(o.momentum) * s.buf + complement(o.dampening) * d;
    return s;
  }
  N parameter_of(const Sgd& o, const OptimState<N>& s, const N& g) const {
    const N lr = coefficient(o.lr);
    if (o.momentum == 0) return s.p - lr * decayed(o, g, s.p);
    if (!o.nesterov) return s.p - lr * s.buf;
    return s.p - lr * (decayed(o, g, s.p) + coefficient(o.momentum) * s.buf);
  }

  template <class O>
  OptimState<N> averages(const O& o, OptimState<N> s, const N& g) const {
    s.m = coefficient(o.beta1) * s.m + complement(o.beta1) * g;
    s.v = coefficient(o.beta2) * s.v + complement(o.beta2) * (g * g);
    return s;
  }
  // lr m̂/(√v̂ + ε), m̂ = m/(1 − β1^t), v̂ = v/(1 − β2^t)
  template <class O>
  N adam_step(const O& o, const OptimState<N>& s) const {
    const N m_hat = s.m / coefficient(correction(o.beta1)), v_hat = s.v / coefficient(correction(o.beta2));
    return coefficient(o.lr) * (m_hat / (sqrt(v_hat) + coefficient(o.eps)));
  }
  OptimState<N> moments_of(const Adam& o, const OptimState<N>& s, const N& g) const {
    return averages(o, s, decayed(o, g, s.p));
  }
  OptimState<N> moments_of(const Adamw& o, const OptimState<N>& s, const N& g) const { return averages(o, s, g); }
  N parameter_of(const Adam& o, const OptimState<N>& s, const N&) const { return s.p - adam_step(o, s); }
  N parameter_of(const Adamw& o, const OptimState<N>& s, const N&) const {
    const N kept = coefficient(scalar(1) - scalar(o.lr) * scalar(o.weight_decay));
    return kept * s.p - adam_step(o, s);
  }

  const Optimiser& optimiser_;
  Index t_;
  const N& like_;
};

}  // namespace plumbline::spec
