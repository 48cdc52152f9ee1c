// Optimiser steps as exact formulas over any number type: PyTorch's documented update rules.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "spec/lang/number.h"
#include "spec/lang/optimiser.h"
#include "spec/layers/scalar.h"

namespace plumbline::spec {

// What belongs to one element between steps: the parameter p and the moments, of buf, m, v and top; those that the
// optimiser does not keep are zero. Before step 1 the moments are zero.
template <class N>
struct OptimState {
  N p{}, buf{}, m{}, v{}, top{};
};

// A moving average of x: β a + (1 − β) x, or a moved towards x, a + (1 − β)(x − a) (x − β (x − a) for β ≤ ½), as
// PyTorch's lerp. Equal as real numbers, not in their roundings.
enum class Averaging : std::uint8_t { weighted, moved };

// Step t = 1, 2, … in two halves, as a kernel does it: the new moments from the old state and the gradient, then the
// new parameter from the new moments. Scalars of t are exact: powers by exponent, rounded once [optim B1].
template <Number N>
class StepFormula {
 public:
  // `like` lends precision, format and claims.
  StepFormula(const Optimiser& optimiser, Index t, const N& like, Averaging averaging = Averaging::weighted)
      : optimiser_(optimiser), t_(t), like_(like), averaging_(averaging) {}

  // buf, or m and v; p as it was.
  OptimState<N> moments(const OptimState<N>& old, const N& g) const {
    return std::visit([&](const auto& o) { return moments_of(o, old, g); }, optimiser_);
  }
  // p, given the state after `moments` with the old p; and the old moments, which some rules step along.
  N parameter(const OptimState<N>& s, const OptimState<N>& old, const N& g) const {
    return std::visit([&](const auto& o) { return parameter_of(o, s, old, g); }, optimiser_);
  }
  OptimState<N> step(const OptimState<N>& old, const N& g) const {
    OptimState<N> s = moments(old, g);
    s.p = parameter(s, old, g);
    return s;
  }

 private:
  N scalar(double a) const { return spec::scalar(like_, a); }
  N coefficient(const N& a) const { return spec::coefficient(like_, a); }
  N coefficient(double a) const { return coefficient(scalar(a)); }
  N complement(double beta) const { return coefficient(scalar(1) - scalar(beta)); }
  N averaged(double beta, const N& a, const N& x) const {
    if (averaging_ == Averaging::weighted) return coefficient(beta) * a + complement(beta) * x;
    return beta > 0.5 ? N(a + complement(beta) * (x - a)) : N(x - coefficient(beta) * (x - a));
  }
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
  N parameter_of(const Sgd& o, const OptimState<N>& s, const OptimState<N>&, const N& g) const {
    const N lr = coefficient(o.lr);
    if (o.momentum == 0) return s.p - lr * decayed(o, g, s.p);
    if (!o.nesterov) return s.p - lr * s.buf;
    return s.p - lr * (decayed(o, g, s.p) + coefficient(o.momentum) * s.buf);
  }
  template <class O>
    requires requires(const O& o) { as_sgd(o); }
  OptimState<N> moments_of(const O& o, const OptimState<N>& s, const N& g) const {
    return moments_of(as_sgd(o), s, g);
  }
  template <class O>
    requires requires(const O& o) { as_sgd(o); }
  N parameter_of(const O& o, const OptimState<N>& s, const OptimState<N>& old, const N& g) const {
    return parameter_of(as_sgd(o), s, old, g);
  }

  template <class O>
  OptimState<N> averages(const O& o, OptimState<N> s, const N& g) const {
    s.m = averaged(o.beta1, s.m, g);
    s.v = coefficient(o.beta2) * s.v + complement(o.beta2) * (g * g);
    return s;
  }
  // lr m̂/(√v̂ + ε), m̂ = m/(1 − β1^t), v̂ = v/(1 − β2^t)
  template <class O>
  N adam_step(const O& o, const N& m, const N& v) const {
    const N m_hat = m / coefficient(correction(o.beta1)), v_hat = v / coefficient(correction(o.beta2));
    return coefficient(o.lr) * (m_hat / (sqrt(v_hat) + coefficient(o.eps)));
  }
  OptimState<N> moments_of(const Adam& o, const OptimState<N>& s, const N& g) const {
    return averages(o, s, decayed(o, g, s.p));
  }
  OptimState<N> moments_of(const Adamw& o, const OptimState<N>& s, const N& g) const { return averages(o, s, g); }
  OptimState<N> moments_of(const Amsgrad& o, const OptimState<N>& old, const N& g) const {
    OptimState<N> s = averages(o, old, decayed(o, g, old.p));
    s.top = maximum(old.top, s.v);
    return s;
  }
  N parameter_of(const Adam& o, const OptimState<N>& s, const OptimState<N>&, const N&) const {
    return s.p - adam_step(o, s.m, s.v);
  }
  N parameter_of(const Adamw& o, const OptimState<N>& s, const OptimState<N>&, const N&) const {
    return kept(o) * s.p - adam_step(o, s.m, s.v);
  }
  N parameter_of(const Amsgrad& o, const OptimState<N>& s, const OptimState<N>&, const N&) const {
    return s.p - adam_step(o, s.m, s.top);
  }
  // 1 − lr λ
  template <class O>
  N kept(const O& o) const {
    return coefficient(scalar(1) - scalar(o.lr) * scalar(o.weight_decay));
  }

  // v − m² is a variance, which rounding must not make negative.
  N spread(const Rmsprop& o, const OptimState<N>& s) const {
    return sqrt(o.centered ? N(ramp(s.v - s.m * s.m)) : s.v) + coefficient(o.eps);
  }
  OptimState<N> moments_of(const Rmsprop& o, OptimState<N> s, const N& g) const {
    const N d = decayed(o, g, s.p);
    s.v = coefficient(o.alpha) * s.v + complement(o.alpha) * (d * d);
    if (o.centered) s.m = averaged(o.alpha, s.m, d);
    if (o.momentum > 0) s.buf = coefficient(o.momentum) * s.buf + d / spread(o, s);
    return s;
  }
  N parameter_of(const Rmsprop& o, const OptimState<N>& s, const OptimState<N>&, const N& g) const {
    return s.p - coefficient(o.lr) * (o.momentum > 0 ? s.buf : decayed(o, g, s.p) / spread(o, s));
  }

  OptimState<N> moments_of(const Adagrad& o, OptimState<N> s, const N& g) const {
    const N d = decayed(o, g, s.p);
    s.v = (t_ == 1 ? coefficient(o.initial_accumulator_value) : s.v) + d * d;
    return s;
  }
  N parameter_of(const Adagrad& o, const OptimState<N>& s, const OptimState<N>&, const N& g) const {
    const N past = scalar(static_cast<double>(t_ - 1)), one = scalar(1);
    const N rate = coefficient(scalar(o.lr) / (one + past * scalar(o.lr_decay)));
    return s.p - rate * (decayed(o, g, s.p) / (sqrt(s.v) + coefficient(o.eps)));
  }

  // √(m + ε)/√(v + ε) g with the old m and the new v
  N stride(const Adadelta& o, const N& m, const N& v, const N& d) const {
    const N eps = coefficient(o.eps);
    return sqrt(m + eps) / sqrt(v + eps) * d;
  }
  OptimState<N> moments_of(const Adadelta& o, OptimState<N> s, const N& g) const {
    const N d = decayed(o, g, s.p), rho = coefficient(o.rho), rest = complement(o.rho);
    s.v = rho * s.v + rest * (d * d);
    const N step = stride(o, s.m, s.v, d);
    s.m = rho * s.m + rest * (step * step);
    return s;
  }
  N parameter_of(const Adadelta& o, const OptimState<N>& s, const OptimState<N>& old, const N& g) const {
    return s.p - coefficient(o.lr) * stride(o, old.m, s.v, decayed(o, g, s.p));
  }

  OptimState<N> moments_of(const Adamax& o, OptimState<N> s, const N& g) const {
    const N d = decayed(o, g, s.p);
    s.m = averaged(o.beta1, s.m, d);
    s.v = maximum(coefficient(o.beta2) * s.v, abs(d) + coefficient(o.eps));
    return s;
  }
  N parameter_of(const Adamax& o, const OptimState<N>& s, const OptimState<N>&, const N&) const {
    return s.p - coefficient(scalar(o.lr) / correction(o.beta1)) * (s.m / s.v);
  }

  // β1 (1 − ½ 0.96^(i ψ))
  N warmed(const Nadam& o, Index i) const {
    const N power = pow(scalar(0.96), scalar(static_cast<double>(i)) * scalar(o.momentum_decay));
    return scalar(o.beta1) * (scalar(1) - power / scalar(2));
  }
  OptimState<N> moments_of(const Nadam& o, const OptimState<N>& s, const N& g) const {
    return averages(o, s, decayed(o, g, s.p));
  }
  // lr (1 − μ_t) g/(1 − Π μ) and lr μ_(t+1) m/(1 − μ_(t+1) Π μ), over √v̂ + ε
  N parameter_of(const Nadam& o, const OptimState<N>& s, const OptimState<N>&, const N& g) const {
    N product = scalar(1);
    for (Index i = 1; i <= t_; ++i) product = product * warmed(o, i);
    const N now = warmed(o, t_), next = warmed(o, t_ + 1), one = scalar(1), lr = scalar(o.lr);
    const N of_g = coefficient(lr * (one - now) / (one - product));
    const N of_m = coefficient(lr * next / (one - product * next));
    const N below = sqrt(s.v / coefficient(correction(o.beta2))) + coefficient(o.eps);
    return s.p - of_g * (decayed(o, g, s.p) / below) - of_m * (s.m / below);
  }

  OptimState<N> moments_of(const Lion& o, OptimState<N> s, const N& g) const {
    s.m = averaged(o.beta2, s.m, g);
    return s;
  }
  N parameter_of(const Lion& o, const OptimState<N>& s, const OptimState<N>& old, const N& g) const {
    const N c = coefficient(o.beta1) * old.m + complement(o.beta1) * g, zero(Index{0}), one(Index{1});
    const N sign = select(less(zero, c), one, N(select(less(c, zero), N(-one), zero)));
    return kept(o) * s.p - coefficient(o.lr) * sign;
  }

  // b = b + (1 − momentum)(g − b); the parameter is a matter of the whole matrix, see muon.h.
  OptimState<N> moments_of(const Muon& o, OptimState<N> s, const N& g) const {
    s.buf = s.buf + complement(o.momentum) * (g - s.buf);
    return s;
  }
  N parameter_of(const Muon& o, const OptimState<N>&, const OptimState<N>&, const N&) const {
    throw Error(concat("[", o.name, "] steps whole matrices [optim C6]"));
  }

  const Optimiser& optimiser_;
  Index t_;
  const N& like_;
  Averaging averaging_;
};

}  // namespace plumbline::spec
