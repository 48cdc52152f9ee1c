// The steps, element by element; loops become vector code.
#include "runtime/optim/steps.h"

#include <cmath>

namespace plumbline::runtime {
namespace {

// 1 − β^t without cancellation; 1 for β = 0.
double correction(double beta, Index t) { return -std::expm1(static_cast<double>(t) * std::log(beta)); }

template <class T>
T root(T x) {
  if constexpr (std::is_same_v<T, float>) return __builtin_sqrtf(x);
  else return __builtin_sqrt(x);
}
template <class T>
T larger(T x, T y) {
  return x > y || x != x ? x : y;
}

// g + λ p, where λ is not 0.
template <class T>
struct Decay {
  T rate;
  bool on;
  explicit Decay(double weight_decay) : rate(static_cast<T>(weight_decay)), on(weight_decay != 0) {}
  T operator()(T g, T p) const { return on ? g + rate * p : g; }
};

template <class T>
void run(const spec::Sgd& o, Index t, const OptimViewOf<T>& x, Index n) {
  const auto lr = static_cast<T>(o.lr), momentum = static_cast<T>(o.momentum), fresh = static_cast<T>(1 - o.dampening);
  const Decay<T> decayed(o.weight_decay);
  if (o.momentum == 0) {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) x.p[i] = x.p[i] - lr * decayed(x.g[i], x.p[i]);
    return;
  }
  const bool first = t == 1, nesterov = o.nesterov;
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const T d = decayed(x.g[i], x.p[i]);
    const T buf = first ? d : momentum * x.buf[i] + fresh * d;
    x.buf[i] = buf;
    x.p[i] = x.p[i] - lr * (nesterov ? d + momentum * buf : buf);
  }
}
template <class T, class O>
  requires requires(const O& o) { spec::as_sgd(o); }
void run(const O& o, Index t, const OptimViewOf<T>& x, Index n) {
  run(spec::as_sgd(o), t, x, n);
}

// p = kept·p − lr m̂/(√v̂ + ε); g is decayed before, where that is asked for; `top`: v̂ is of the largest v so far.
template <class T>
struct AdamScalars {
  T lr, beta1, rest1, beta2, rest2, correct1, correct2, eps, kept = 1;
  Decay<T> decayed{0};

  template <class O>
  AdamScalars(const O& o, Index t)
      : lr(static_cast<T>(o.lr)),
        beta1(static_cast<T>(o.beta1)),
        rest1(static_cast<T>(1 - o.beta1)),
        beta2(static_cast<T>(o.beta2)),
        rest2(static_cast<T>(1 - o.beta2)),
        correct1(static_cast<T>(correction(o.beta1, t))),
        correct2(static_cast<T>(correction(o.beta2, t))),
        eps(static_cast<T>(o.eps)) {}
};

template <bool shrinks, bool top, class T>
void adam(const AdamScalars<T>& s, const OptimViewOf<T>& x, Index n) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const T p = x.p[i], g = s.decayed(x.g[i], p);
    const T m = s.beta1 * x.m[i] + s.rest1 * g, v = s.beta2 * x.v[i] + s.rest2 * (g * g);
    x.m[i] = m, x.v[i] = v;
    T below = v;
    if constexpr (top) x.top[i] = below = larger(x.top[i], v);
    const T step = s.lr * ((m / s.correct1) / (root(below / s.correct2) + s.eps));
    x.p[i] = (shrinks ? s.kept * p : p) - step;
  }
}
template <class T>
void run(const spec::Adam& o, Index t, const OptimViewOf<T>& x, Index n) {
  AdamScalars<T> s(o, t);
  s.decayed = Decay<T>(o.weight_decay);
  adam<false, false>(s, x, n);
}
template <class T>
void run(const spec::Adamw& o, Index t, const OptimViewOf<T>& x, Index n) {
  AdamScalars<T> s(o, t);
  s.kept = static_cast<T>(1 - o.lr * o.weight_decay);
  adam<true, false>(s, x, n);
}
template <class T>
void run(const spec::Amsgrad& o, Index t, const OptimViewOf<T>& x, Index n) {
  AdamScalars<T> s(o, t);
  s.decayed = Decay<T>(o.weight_decay);
  adam<false, true>(s, x, n);
}

template <class T>
void run(const spec::Rmsprop& o, Index, const OptimViewOf<T>& x, Index n) {
  const auto lr = static_cast<T>(o.lr), alpha = static_cast<T>(o.alpha), rest = static_cast<T>(1 - o.alpha),
             eps = static_cast<T>(o.eps), momentum = static_cast<T>(o.momentum);
  const Decay<T> decayed(o.weight_decay);
  const bool centered = o.centered, moves = o.momentum > 0;
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const T p = x.p[i], d = decayed(x.g[i], p), v = alpha * x.v[i] + rest * (d * d);
    x.v[i] = v;
    T variance = v;
    if (centered) {
      const T m = alpha * x.m[i] + rest * d, left = v - m * m;
      x.m[i] = m, variance = left < 0 ? 0 : left;
    }
    T step = d / (root(variance) + eps);
    if (moves) x.buf[i] = step = momentum * x.buf[i] + step;
    x.p[i] = p - lr * step;
  }
}

template <class T>
void run(const spec::Adagrad& o, Index t, const OptimViewOf<T>& x, Index n) {
  const auto rate = static_cast<T>(o.lr / (1 + static_cast<double>(t - 1) * o.lr_decay)),
             start = static_cast<T>(o.initial_accumulator_value), eps = static_cast<T>(o.eps);
  const Decay<T> decayed(o.weight_decay);
  const bool first = t == 1;
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const T p = x.p[i], d = decayed(x.g[i], p), v = (first ? start : x.v[i]) + d * d;
    x.v[i] = v;
    x.p[i] = p - rate * (d / (root(v) + eps));
  }
}

template <class T>
void run(const spec::Adadelta& o, Index, const OptimViewOf<T>& x, Index n) {
  const auto lr = static_cast<T>(o.lr), rho = static_cast<T>(o.rho), rest = static_cast<T>(1 - o.rho),
             eps = static_cast<T>(o.eps);
  const Decay<T> decayed(o.weight_decay);
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const T p = x.p[i], d = decayed(x.g[i], p), v = rho * x.v[i] + rest * (d * d);
    const T step = root(x.m[i] + eps) / root(v + eps) * d;
    x.v[i] = v, x.m[i] = rho * x.m[i] + rest * (step * step);
    x.p[i] = p - lr * step;
  }
}

template <class T>
void run(const spec::Adamax& o, Index t, const OptimViewOf<T>& x, Index n) {
  const auto rate = static_cast<T>(o.lr / correction(o.beta1, t)), beta1 = static_cast<T>(o.beta1),
             rest1 = static_cast<T>(1 - o.beta1), beta2 = static_cast<T>(o.beta2), eps = static_cast<T>(o.eps);
  const Decay<T> decayed(o.weight_decay);
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const T p = x.p[i], d = decayed(x.g[i], p), m = beta1 * x.m[i] + rest1 * d;
    const T v = larger(beta2 * x.v[i], (d < 0 ? -d : d) + eps);
    x.m[i] = m, x.v[i] = v;
    x.p[i] = p - rate * (m / v);
  }
}

// β1 (1 − ½ 0.96^(i ψ))
double warmed(const spec::Nadam& o, Index i) {
  return o.beta1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(i) * o.momentum_decay));
}

template <class T>
void run(const spec::Nadam& o, Index t, const OptimViewOf<T>& x, Index n) {
  double product = 1;
  for (Index i = 1; i <= t && product != 0; ++i) product *= warmed(o, i);
  const double now = warmed(o, t), next = warmed(o, t + 1);
  const auto of_g = static_cast<T>(o.lr * (1 - now) / (1 - product)),
             of_m = static_cast<T>(o.lr * next / (1 - product * next));
  AdamScalars<T> s(o, t);
  s.decayed = Decay<T>(o.weight_decay);
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const T p = x.p[i], g = s.decayed(x.g[i], p);
    const T m = s.beta1 * x.m[i] + s.rest1 * g, v = s.beta2 * x.v[i] + s.rest2 * (g * g);
    x.m[i] = m, x.v[i] = v;
    const T below = root(v / s.correct2) + s.eps;
    x.p[i] = p - of_g * (g / below) - of_m * (m / below);
  }
}

template <class T>
void run(const spec::Lion& o, Index, const OptimViewOf<T>& x, Index n) {
  const auto lr = static_cast<T>(o.lr), beta1 = static_cast<T>(o.beta1), rest1 = static_cast<T>(1 - o.beta1),
             beta2 = static_cast<T>(o.beta2), rest2 = static_cast<T>(1 - o.beta2),
             kept = static_cast<T>(1 - o.lr * o.weight_decay);
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const T m = x.m[i], g = x.g[i], c = beta1 * m + rest1 * g, sign = c > 0 ? 1 : c < 0 ? -1 : c;
    x.m[i] = beta2 * m + rest2 * g;
    x.p[i] = kept * x.p[i] - lr * sign;
  }
}

template <class T>
void run(const spec::Muon& o, Index, const OptimViewOf<T>& x, Index n) {
  muon_step(o, x, n);
}

}  // namespace

void optimiser_step(const spec::Optimiser& optimiser, Index t, const OptimViewOf<float>& x, Index n) {
  std::visit([&](const auto& o) { run<float>(o, t, x, n); }, optimiser);
}
void optimiser_step(const spec::Optimiser& optimiser, Index t, const OptimViewOf<double>& x, Index n) {
  std::visit([&](const auto& o) { run<double>(o, t, x, n); }, optimiser);
}

spec::Claims optimiser_claims(const spec::Optimiser& optimiser, const spec::Format& format) {
  spec::Claims c = spec::Claims::in(format);
  c.fma = false;
  if (spec::steps_matrices(optimiser)) c.intermediate = c.accumulator = spec::binary64;
  return c;
}

}  // namespace plumbline::runtime
