// Correct initialisers and optimisers in plain float, and ways to break them: what the laws about both are tested on.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>

#include "crosscheck/laws/init/init_law.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "spec/layers/muon.h"

namespace plumbline::crosscheck {

// Follows semantics in float, without the runtime; `change` may alter the plan before, and the values after.
class ReferenceInit : public InitSubject {
 public:
  std::function<void(spec::InitPlan&)> before = [](spec::InitPlan&) {};
  std::function<void(const spec::PlannedParameter&, std::vector<float>&)> after = [](const auto&, auto&) {};
  bool validates = true;

  std::string name() const override { return "reference"; }
  spec::Claims claims() const override { return {}; }
  spec::Result<void> check(const spec::InitPlan& plan, const std::vector<spec::NamedShape>& given) override {
    std::vector<spec::NamedShape> own;
    for (const auto& p : plan.parameters) own.push_back({p.name, p.shape});
    return spec::check_parameters(own, given);
  }
  spec::Result<std::vector<Values>> initialise(const spec::InitPlan& plan) override {
    if (auto ok = spec::validate(plan); !ok && validates) return tl::unexpected(ok.error());
    spec::InitPlan mine = plan;
    before(mine);
    std::vector<Values> out;
    for (const auto& p : mine.parameters) {
      std::vector<float> x = values(mine, p);
      after(p, x);
      out.push_back(Values(p.shape, {x.begin(), x.end()}));
    }
    return out;
  }

 private:
  static std::vector<float> values(const spec::InitPlan& plan, const spec::PlannedParameter& p) {
    const auto stream = plan.stream_of(p);
    const auto draw = [&](spec::Index i) {
      return std::sqrt(-2 * std::log(1 - stream.unit_at(2 * i))) *
             std::cos(2 * std::numbers::pi * stream.unit_at(2 * i + 1));
    };
    std::vector<float> x;
    if (const auto normal = spec::normal_law(p.scheme, p.shape)) {
      for (spec::Index i = 0; i < p.shape.size(); ++i)
        x.push_back(static_cast<float>(normal->mean + normal->std * draw(i)));
    } else if (const auto* cut = std::get_if<spec::TruncatedNormalInit>(&p.scheme)) {
      for (spec::Index i = 0; i < p.shape.size(); ++i) x.push_back(quantile(*cut, stream.unit_at(i)));
    } else if (const auto* q = std::get_if<spec::OrthogonalInit>(&p.scheme)) {
      x = orthogonal(q->gain, p.shape, draw);
    } else {
      const auto t = spec::initialise(p.scheme, p.shape, stream, 0.0F);
      x.assign(t.elements().begin(), t.elements().end());
    }
    return x;
  }

  // By bisection alone.
  static float quantile(const spec::TruncatedNormalInit& s, double u) {
    const spec::NormalWindow w(s);
    double lo = w.alpha, hi = w.beta;
    const double all = spec::normal_mass(w.side(), w.alpha, w.beta);
    for (int step = 0; step < 100 && u > 0; ++step) {
      const double z = lo + (hi - lo) / 2;
      (spec::normal_mass(w.side(), w.alpha, z) > u * all ? hi : lo) = z;
    }
    return static_cast<float>(std::max(s.a, std::min(s.b, s.mean + s.std * lo)));
  }

  // By Gram and Schmidt, twice over each column.
  static std::vector<float> orthogonal(double gain, const spec::Shape& shape, auto&& draw) {
    const spec::Index rows = shape[0], columns = rows == 0 ? 0 : shape.size() / rows, n = std::max(rows, columns),
                      m = std::min(rows, columns);
    const auto at = [&](spec::Index i, spec::Index j) { return rows >= columns ? i * m + j : j * n + i; };
    std::vector<double> q(static_cast<std::size_t>(n * m));
    for (spec::Index k = 0; k < n * m; ++k) q[static_cast<std::size_t>(k)] = draw(k);
    const auto dot = [&](spec::Index a, spec::Index b) {
      double sum = 0;
      for (spec::Index i = 0; i < n; ++i)
        sum += q[static_cast<std::size_t>(at(i, a))] * q[static_cast<std::size_t>(at(i, b))];
      return sum;
    };
    for (spec::Index j = 0; j < m; ++j) {
      for (spec::Index pass = 0; pass < 2 * j; ++pass) {
        const double along = dot(pass % j, j);
        for (spec::Index i = 0; i < n; ++i)
          q[static_cast<std::size_t>(at(i, j))] -= along * q[static_cast<std::size_t>(at(i, pass % j))];
      }
      const double norm = std::sqrt(dot(j, j));
      for (spec::Index i = 0; i < n; ++i) q[static_cast<std::size_t>(at(i, j))] /= norm;
    }
    std::vector<float> out;
    for (const double x : q) out.push_back(static_cast<float>(gain * x));
    return out;
  }
};

// One element of a step in float.
struct FloatElement {
  float p, buf, m, v, top;
};

// Plain loops in float, scalars in double and rounded once; the members are the places where bugs are planted.
class ReferenceOptim : public OptimSubject {
 public:
  bool validates = true;
  std::function<void(spec::Optimiser&, spec::Index& t)> before = [](auto&, auto&) {};
  std::function<float(float v_hat, float eps)> denominator = [](float v, float e) { return std::sqrt(v) + e; };
  std::function<float(float g)> squared = [](float g) { return g * g; };
  std::function<void(const FloatElement& old, float g, FloatElement& now)> after = [](const auto&, float, auto&) {};

  std::string name() const override { return "reference"; }
  spec::Claims claims(const spec::Optimiser& optimiser) const override {
    spec::Claims c;
    if (spec::steps_matrices(optimiser)) c.intermediate = c.accumulator = spec::binary64;
    return c;
  }
  std::string kernel(const spec::Optimiser&) const override { return "plain"; }

  spec::Result<OptimTensors> step(const spec::Optimiser& given, spec::Index t, const OptimTensors& old,
                                  const Values& g) override {
    if (auto ok = spec::validate(given, old.p.shape()); !ok && validates) return tl::unexpected(ok.error());
    if (g.shape() != old.p.shape()) return spec::fail("gradient of another shape");
    spec::Optimiser optimiser = given;
    before(optimiser, t);
    if (spec::steps_matrices(optimiser)) return whole(std::get<spec::Muon>(optimiser), old, g);
    OptimTensors next = old;
    for (spec::Index i = 0; i < g.size(); ++i) {
      const auto at = [&](const Values& x) { return x.size() == 0 ? 0.0F : static_cast<float>(x[i]); };
      const FloatElement was{at(old.p), at(old.buf), at(old.m), at(old.v), at(old.top)};
      FloatElement now = std::visit([&](const auto& o) { return one(o, t, was, at(g)); }, optimiser);
      after(was, at(g), now);
      const auto put = [&](Values& x, float value) {
        if (x.size() > 0) x.mutable_elements()[static_cast<std::size_t>(i)] = value;
      };
      put(next.p, now.p), put(next.buf, now.buf), put(next.m, now.m), put(next.v, now.v), put(next.top, now.top);
    }
    return next;
  }

 private:
  static float f(double x) { return static_cast<float>(x); }

  FloatElement one(const spec::Sgd& o, spec::Index t, FloatElement s, float g) const {
    const float d = o.weight_decay == 0 ? g : g + f(o.weight_decay) * s.p;
    if (o.momentum == 0) return s.p = s.p - f(o.lr) * d, s;
    s.buf = t == 1 ? d : f(o.momentum) * s.buf + f(1 - o.dampening) * d;
    s.p = s.p - f(o.lr) * (o.nesterov ? d + f(o.momentum) * s.buf : s.buf);
    return s;
  }
  template <class O>
    requires requires(const O& o) { spec::as_sgd(o); }
  FloatElement one(const O& o, spec::Index t, FloatElement s, float g) const {
    return one(spec::as_sgd(o), t, s, g);
  }
  template <class O>
  static float decayed(const O& o, float g, float p) {
    return o.weight_decay == 0 ? g : g + f(o.weight_decay) * p;
  }
  static float corrected(double beta, spec::Index t, float x) {
    return x / f(1 - std::pow(beta, static_cast<double>(t)));
  }
  template <class O>
  FloatElement averages(const O& o, FloatElement s, float d) const {
    s.m = f(o.beta1) * s.m + f(1 - o.beta1) * d;
    s.v = f(o.beta2) * s.v + f(1 - o.beta2) * squared(d);
    return s;
  }
  template <class O>
  FloatElement adam(const O& o, spec::Index t, FloatElement s, float kept, float v) const {
    s.p = kept * s.p - f(o.lr) * (corrected(o.beta1, t, s.m) / denominator(corrected(o.beta2, t, v), f(o.eps)));
    return s;
  }
  FloatElement one(const spec::Adam& o, spec::Index t, FloatElement s, float g) const {
    s = averages(o, s, decayed(o, g, s.p));
    return adam(o, t, s, 1, s.v);
  }
  FloatElement one(const spec::Adamw& o, spec::Index t, FloatElement s, float g) const {
    s = averages(o, s, g);
    return adam(o, t, s, f(1 - o.lr * o.weight_decay), s.v);
  }
  FloatElement one(const spec::Amsgrad& o, spec::Index t, FloatElement s, float g) const {
    s = averages(o, s, decayed(o, g, s.p));
    s.top = std::max(s.top, s.v);
    return adam(o, t, s, 1, s.top);
  }
  FloatElement one(const spec::Rmsprop& o, spec::Index, FloatElement s, float g) const {
    const float d = decayed(o, g, s.p);
    s.v = f(o.alpha) * s.v + f(1 - o.alpha) * (d * d);
    if (o.centered) s.m = f(o.alpha) * s.m + f(1 - o.alpha) * d;
    float step = d / (std::sqrt(o.centered ? std::max(0.0F, s.v - s.m * s.m) : s.v) + f(o.eps));
    if (o.momentum > 0) step = s.buf = f(o.momentum) * s.buf + step;
    s.p -= f(o.lr) * step;
    return s;
  }
  FloatElement one(const spec::Adagrad& o, spec::Index t, FloatElement s, float g) const {
    const float d = decayed(o, g, s.p), rate = f(o.lr / (1 + static_cast<double>(t - 1) * o.lr_decay));
    s.v = (t == 1 ? f(o.initial_accumulator_value) : s.v) + d * d;
    s.p -= rate * (d / (std::sqrt(s.v) + f(o.eps)));
    return s;
  }
  FloatElement one(const spec::Adadelta& o, spec::Index, FloatElement s, float g) const {
    const float d = decayed(o, g, s.p), eps = f(o.eps), rest = f(1 - o.rho);
    s.v = f(o.rho) * s.v + rest * (d * d);
    const float step = std::sqrt(s.m + eps) / std::sqrt(s.v + eps) * d;
    s.m = f(o.rho) * s.m + rest * (step * step);
    s.p -= f(o.lr) * step;
    return s;
  }
  FloatElement one(const spec::Adamax& o, spec::Index t, FloatElement s, float g) const {
    const float d = decayed(o, g, s.p);
    s.m = f(o.beta1) * s.m + f(1 - o.beta1) * d;
    s.v = std::max(f(o.beta2) * s.v, std::abs(d) + f(o.eps));
    s.p -= f(o.lr / (1 - std::pow(o.beta1, static_cast<double>(t)))) * (s.m / s.v);
    return s;
  }
  FloatElement one(const spec::Nadam& o, spec::Index t, FloatElement s, float g) const {
    const auto mu = [&](spec::Index i) {
      return o.beta1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(i) * o.momentum_decay));
    };
    double product = 1;
    for (spec::Index i = 1; i <= t; ++i) product *= mu(i);
    const float d = decayed(o, g, s.p);
    s = averages(o, s, d);
    const float below = std::sqrt(corrected(o.beta2, t, s.v)) + f(o.eps);
    s.p = s.p - f(o.lr * (1 - mu(t)) / (1 - product)) * (d / below) -
          f(o.lr * mu(t + 1) / (1 - product * mu(t + 1))) * (s.m / below);
    return s;
  }
  FloatElement one(const spec::Lion& o, spec::Index, FloatElement s, float g) const {
    const float c = f(o.beta1) * s.m + f(1 - o.beta1) * g;
    s.m = f(o.beta2) * s.m + f(1 - o.beta2) * g;
    s.p = f(1 - o.lr * o.weight_decay) * s.p - f(o.lr) * (c > 0 ? 1.0F : c < 0 ? -1.0F : 0.0F);
    return s;
  }
  FloatElement one(const spec::Muon&, spec::Index, FloatElement s, float) const { return s; }

  // The definition read in double, rounded once.
  static spec::Result<OptimTensors> whole(const spec::Muon& o, const OptimTensors& old, const Values& g) {
    OptimTensors next = old;
    next.buf = Values::generate(g.shape(), [&](spec::Index i) {
      return static_cast<double>(f(old.buf[i] + (1 - o.momentum) * (g[i] - old.buf[i])));
    });
    const auto p = spec::muon_parameter(o, old.p, next.buf, g, 0.0);
    next.p = Values::generate(g.shape(), [&](spec::Index i) { return static_cast<double>(f(p[i])); });
    return next;
  }
};

}  // namespace plumbline::crosscheck
