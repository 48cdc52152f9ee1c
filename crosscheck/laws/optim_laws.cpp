// Drawing optimiser steps, hard ones included, and the laws on them.
#include <cmath>
#include <limits>

#include "crosscheck/audit/runner.h"
#include "crosscheck/laws/cell_count.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/optim_law.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

using Doubles = std::vector<double>;
const Doubles rates{1e-3, 0.5, 1e-2, 0.1, 3e-4}, decays{0, 1e-2, 0.25, 1e-4}, momenta{0.9, 0, 0.5, 0.99}, dampenings{0, 0.1, 0.5},
    betas1{0.9, 0.5, 0, 0.99}, betas2{0.999, 0.5, 0, 0.99, 0.9999}, epsilons{1e-8, 1e-3, 0.125, 1e-15};
const std::vector<Index> counts{1, 2, 3, 10, 100, 1000, 100000, 1000000};
const std::vector<spec::Shape> shapes{{17}, {1}, {64}, {5, 13}, {129}, {3, 2, 7}, {257}};

spec::Optimiser vary(const spec::Optimiser& kind, RandomChoices& r) {
  if (std::holds_alternative<spec::Sgd>(kind)) {
    spec::Sgd o{.lr = r.one_of(rates), .momentum = r.one_of(momenta), .dampening = r.one_of(dampenings), .weight_decay = r.one_of(decays)};
    o.nesterov = o.momentum > 0 && o.dampening == 0 && r.coin();
    return o;
  }
  const double lr = r.one_of(rates), b1 = r.one_of(betas1), b2 = r.one_of(betas2), eps = r.one_of(epsilons), decay = r.one_of(decays);
  if (std::holds_alternative<spec::Adam>(kind)) return spec::Adam{lr, b1, b2, eps, decay};
  return spec::Adamw{lr, b1, b2, eps, decay};
}

// How large gradients are: ordinary ones, and those whose squares are subnormal, vanish or come near to overflow.
double draw_scale(RandomChoices& r) {
  static const Doubles scales{1, 1e-3, 1, 1e-2, 1e-19, 1e-22, 1e-30, 1e15, 1e-8};
  return r.one_of(scales);
}

double as_float(double x) { return static_cast<float>(x); }

// One element: gradient, parameter and moments of sizes that belong together, with zeros here and there; but the first
// element is ordinary, so that every case shows whether a step was taken.
struct Element {
  double p, buf, m, v;
};
double draw_one(RandomChoices& r, bool first) { return !first && r.pick(0, 11) == 11 ? 0.0 : r.normal(); }
Element draw_element(RandomChoices& r, double scale, double lr, bool first) {
  const auto one = [&] { return draw_one(r, first); };
  const double p = r.coin() ? one() : one() * lr * std::min(1.0, scale);
  const double v = one() * scale;
  return {as_float(p), as_float(one() * scale), as_float(one() * scale), as_float(v * v)};
}

}  // namespace

OptimCase draw_optim_case(const spec::Optimiser& kind, std::uint64_t seed, std::uint64_t number) {
  RandomChoices r(seed, "optim", name_of(kind), number);
  OptimCase c;
  c.number = number;
  c.optimiser = number == 0 ? kind : vary(kind, r);
  c.t = number % 3 == 0 ? 1 : r.one_of(counts);
  const spec::Shape shape = r.one_of(shapes);
  const double lr = std::visit([](const auto& o) { return o.lr; }, c.optimiser);
  std::vector<double> scales, p, buf, m, v;
  for (Index i = 0; i < shape.size(); ++i) {
    scales.push_back(i == 0 ? 1 : draw_scale(r));
    const Element e = draw_element(r, scales.back(), lr, i == 0);
    p.push_back(e.p), buf.push_back(e.buf), m.push_back(e.m), v.push_back(e.v);
  }
  if (c.t == 1) buf.assign(p.size(), 0), m = v = buf;
  c.state = {Values(shape, p), Values(shape, buf), Values(shape, m), Values(shape, v)};
  for (Index k = r.pick(1, 5); k > 0; --k)
    c.gradients.push_back(Values::generate(shape, [&](Index i) {
      return as_float(draw_one(r, i == 0) * scales[static_cast<std::size_t>(i)]);
    }));
  return c;
}

namespace {

Outcome outcome_of_step(const StepJudgement& s, const std::string& where) {
  Outcome moments = outcome_of(s.moments), parameter = outcome_of(s.parameter);
  if (!moments.message.empty()) moments.message = where + "moments: " + moments.message;
  if (!parameter.message.empty()) parameter.message = where + "parameter: " + parameter.message;
  Outcome out = graver(moments.verdict, parameter.verdict) == moments.verdict ? moments : parameter;
  Judgement both = s.moments;
  join(both, s.parameter);
  out.judgement = both;
  return out;
}

class OptimStep final : public OptimLaw {
 public:
  std::string_view name() const override { return "optim_step"; }
  std::string_view summary() const override { return "each step's moments and parameter lie within the bound of the exact formula on its own floats"; }
  Outcome check(const OptimCase& c, OptimSubject& subject, const JudgeOptions& options) const override {
    Outcome all;
    OptimTensors state = c.state;
    for (std::size_t k = 0; k < c.gradients.size(); ++k) {
      const Index t = c.t + static_cast<Index>(k);
      const auto next = subject.step(c.optimiser, t, state, c.gradients[k]);
      if (!next) return failed(spec::concat(print(c.optimiser), ": refused: ", next.error().what()));
      JudgeOptions judging = options;
      judging.vacuity = options.vacuity && k == 0;
      const auto judged = judge_step(c.optimiser, t, state, c.gradients[k], *next, subject.claims(c.optimiser), judging);
      Outcome one = outcome_of_step(judged, spec::concat(print(c.optimiser), ", step ", t, ": "));
      join(one.judgement, all.judgement);
      if (one.verdict == Verdict::pass && all.verdict != Verdict::pass) one.verdict = all.verdict, one.message = all.message;
      all = std::move(one);
      if (is_finding(all.verdict)) return all;
      state = *next;
    }
    return all;
  }
};

class OptimChain final : public OptimLaw {
 public:
  std::string_view name() const override { return "optim_chain"; }
  std::string_view summary() const override { return "after several steps the state lies within the compounded bound of the exact formula"; }
  Outcome check(const OptimCase& c, OptimSubject& subject, const JudgeOptions& options) const override {
    OptimTensors state = c.state;
    for (std::size_t k = 0; k < c.gradients.size(); ++k) {
      auto next = subject.step(c.optimiser, c.t + static_cast<Index>(k), state, c.gradients[k]);
      if (!next) return failed(spec::concat(print(c.optimiser), ": refused: ", next.error().what()));
      state = std::move(*next);
    }
    JudgeOptions judging = options;
    judging.tier = Tier::proof;  // the roundings of one step reach the next ones: they are not independent
    return outcome_of_step(judge_chain(c, state, subject.claims(c.optimiser), judging),
                           spec::concat(print(c.optimiser), ", steps ", c.t, " on: "));
  }
};

class OptimRefusal final : public OptimLaw {
 public:
  std::string_view name() const override { return "optim_refusal"; }
  std::string_view summary() const override { return "hyperparameters and gradients that make no sense are refused"; }
  Outcome check(const OptimCase& c, OptimSubject& subject, const JudgeOptions&) const override {
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    std::vector<spec::Optimiser> bad;
    for (const double lr : {-1.0, nan, inf}) bad.push_back(std::visit([&](auto o) -> spec::Optimiser { return o.lr = lr, o; }, c.optimiser));
    bad.push_back(std::visit([&](auto o) -> spec::Optimiser { return o.weight_decay = -1, o; }, c.optimiser));
    if (auto sgd = std::get_if<spec::Sgd>(&c.optimiser)) {
      auto o = *sgd;
      o.nesterov = true, o.momentum = 0, bad.emplace_back(o);
      o = *sgd, o.momentum = -0.5, bad.emplace_back(o);
    } else {
      for (const double beta : {1.0, -0.1, nan}) bad.push_back(with(c.optimiser, beta, 0.5, 1e-8)), bad.push_back(with(c.optimiser, 0.5, beta, 1e-8));
      for (const double eps : {0.0, -1.0, nan}) bad.push_back(with(c.optimiser, 0.5, 0.5, eps));
    }
    for (const spec::Optimiser& o : bad)
      if (subject.step(o, 1, c.state, c.gradients.front())) return failed("accepted " + print(o));
    const Values longer = Values::full({c.state.p.size() + 1}, 0);
    if (subject.step(c.optimiser, 1, c.state, longer)) return failed("accepted a gradient of another shape");
    return {};
  }

 private:
  static spec::Optimiser with(const spec::Optimiser& optimiser, double b1, double b2, double eps) {
    if (auto adam = std::get_if<spec::Adam>(&optimiser)) {
      auto o = *adam;
      return o.beta1 = b1, o.beta2 = b2, o.eps = eps, o;
    }
    auto o = std::get<spec::Adamw>(optimiser);
    return o.beta1 = b1, o.beta2 = b2, o.eps = eps, o;
  }
};

Outcome guarded(const OptimLaw& law, const OptimCase& c, OptimSubject& subject, const JudgeOptions& options) {
  try {
    return law.check(c, subject, options);
  } catch (const std::exception& e) {
    Outcome o;
    o.verdict = Verdict::crash, o.message = spec::concat("exception: ", e.what());
    return o;
  }
}

}  // namespace

std::vector<std::unique_ptr<OptimLaw>> all_optim_laws() {
  std::vector<std::unique_ptr<OptimLaw>> laws;
  laws.push_back(std::make_unique<OptimStep>());
  laws.push_back(std::make_unique<OptimChain>());
  laws.push_back(std::make_unique<OptimRefusal>());
  return laws;
}

void run_optim_laws(const StepOptions& options, OptimSubject& subject, Report& report) {
  for (const spec::Optimiser& kind : spec::all_optimisers())
    for (const auto& law : all_optim_laws()) {
      if (!matches(options.op, name_of(kind)) || !matches(options.law, law->name())) continue;
      CellCount count(std::string(name_of(kind)), std::string(law->name()), subject.name(), subject.kernel(kind));
      for (std::uint64_t number = 0; number < options.cases; ++number) {
        const OptimCase c = draw_optim_case(kind, options.seed, number);
        count.add(guarded(*law, c, subject, options.judge), spec::concat("case ", number, " of seed ", options.seed, ": "), report);
      }
      count.close(report);
    }
}

}  // namespace plumbline::crosscheck
