// Correct initialisers and optimisers in plain float, and ways to break them: what the laws about both are tested on.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>

#include "crosscheck/laws/init_law.h"
#include "crosscheck/laws/optim_law.h"

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
    const auto* normal = std::get_if<spec::NormalInit>(&p.scheme);
    std::vector<float> x;
    if (normal == nullptr) {
      const auto t = spec::initialise(p.scheme, p.shape, stream, 0.0F);
      return {t.elements().begin(), t.elements().end()};
    }
    for (spec::Index i = 0; i < p.shape.size(); ++i) {
      const double z = std::sqrt(-2 * std::log(1 - stream.unit_at(2 * i))) *
                       std::cos(2 * std::numbers::pi * stream.unit_at(2 * i + 1));
      x.push_back(static_cast<float>(normal->mean + normal->std * z));
    }
    return x;
  }
};

// One element of a step in float.
struct FloatElement {
  float p, buf, m, v;
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
  spec::Claims claims(const spec::Optimiser&) const override { return {}; }
  std::string kernel(const spec::Optimiser&) const override { return "plain"; }

  spec::Result<OptimTensors> step(const spec::Optimiser& given, spec::Index t, const OptimTensors& old,
                                  const Values& g) override {
    if (auto ok = spec::validate(given); !ok && validates) return tl::unexpected(ok.error());
    if (g.shape() != old.p.shape()) return spec::fail("gradient of another shape");
    spec::Optimiser optimiser = given;
    before(optimiser, t);
    std::vector<double> p, buf, m, v;
    for (spec::Index i = 0; i < g.size(); ++i) {
      const auto at = [&](const Values& x) { return x.size() == 0 ? 0.0F : static_cast<float>(x[i]); };
      const FloatElement was{at(old.p), at(old.buf), at(old.m), at(old.v)};
      FloatElement now = std::visit([&](const auto& o) { return one(o, t, was, at(g)); }, optimiser);
      after(was, at(g), now);
      p.push_back(now.p), buf.push_back(now.buf), m.push_back(now.m), v.push_back(now.v);
    }
    return OptimTensors{Values(g.shape(), p), Values(g.shape(), buf), Values(g.shape(), m), Values(g.shape(), v)};
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
  FloatElement moments(const O& o, spec::Index t, FloatElement s, float d, float kept) const {
    s.m = f(o.beta1) * s.m + f(1 - o.beta1) * d;
    s.v = f(o.beta2) * s.v + f(1 - o.beta2) * squared(d);
    const double n = static_cast<double>(t);
    const float m_hat = s.m / f(1 - std::pow(o.beta1, n)), v_hat = s.v / f(1 - std::pow(o.beta2, n));
    s.p = kept * s.p - f(o.lr) * (m_hat / denominator(v_hat, f(o.eps)));
    return s;
  }
  FloatElement one(const spec::Adam& o, spec::Index t, FloatElement s, float g) const {
    return moments(o, t, s, o.weight_decay == 0 ? g : g + f(o.weight_decay) * s.p, 1);
  }
  FloatElement one(const spec::Adamw& o, spec::Index t, FloatElement s, float g) const {
    return moments(o, t, s, g, f(1 - o.lr * o.weight_decay));
  }
};

}  // namespace plumbline::crosscheck
