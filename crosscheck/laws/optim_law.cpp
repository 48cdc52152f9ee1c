// Judging optimiser steps against their exact formulas.
#include "crosscheck/laws/optim_law.h"

#include "crosscheck/judge/formula.h"
#include "crosscheck/laws/evidence.h"
#include "spec/layers/optimise.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Rounded;

namespace {

// The named tensors of a state that the optimiser keeps.
const Values& tensor(const OptimTensors& s, std::string_view name) {
  return name == "buf" ? s.buf : name == "m" ? s.m : s.v;
}
template <class N>
const N& field(const spec::OptimState<N>& s, std::string_view name) {
  return name == "buf" ? s.buf : name == "m" ? s.m : s.v;
}

template <class C>
Rounded<C> leaf(const Values& x, Index i, const spec::Claims& claims, const C& like) {
  return x.size() == 0 ? Rounded<C>(Index{0}) : Rounded<C>::leaf(x[i], claims, like);
}

// Whether the parameter and every moment that the optimiser keeps have the shape.
bool shapes_fit(const spec::Optimiser& optimiser, const OptimTensors& s, const spec::Shape& shape) {
  bool fit = s.p.shape() == shape;
  for (const std::string_view name : spec::state_names(optimiser)) fit = fit && tensor(s, name).shape() == shape;
  return fit;
}

// Would the state pass if the step had not been taken at all? Then the case proves nothing.
template <class Read>
void distrust_copy(Judgement& judgement, const Values& old, const Values& got, const JudgeOptions& options,
                   Read&& read) {
  if (!options.vacuity || judgement.verdict != Verdict::pass || got.size() == 0) return;
  JudgeOptions quiet = options;
  quiet.tier = Tier::proof;
  if (judge_formula(old, quiet, read).verdict != Verdict::pass) return;
  judgement.verdict = Verdict::mistrusted;
  judgement.note = "leaving the old values as they were would pass as well";
}

template <class C>
spec::OptimState<Rounded<C>> state_at(const OptimTensors& s, Index i, const spec::Claims& claims, const C& like) {
  return {leaf(s.p, i, claims, like), leaf(s.buf, i, claims, like), leaf(s.m, i, claims, like),
          leaf(s.v, i, claims, like)};
}

}  // namespace

StepJudgement judge_step(const spec::Optimiser& optimiser, Index t, const OptimTensors& old, const Values& g,
                         const OptimTensors& got, const spec::Claims& claims, const JudgeOptions& options) {
  StepJudgement out;
  if (!shapes_fit(optimiser, got, old.p.shape())) {
    out.moments.verdict = out.parameter.verdict = Verdict::fail;
    out.moments.note = out.parameter.note = "the state after the step has another shape than the parameter";
    return out;
  }
  for (const std::string_view name : spec::state_names(optimiser)) {
    const auto read = [&]<class C>(Index i, const C& like) {
      const Rounded<C> base(like, &claims);
      const spec::StepFormula<Rounded<C>> step(optimiser, t, base);
      return field(step.moments(state_at(old, i, claims, like), leaf(g, i, claims, like)), name).adopted(&claims);
    };
    Judgement one = judge_formula(tensor(got, name), options, read);
    distrust_copy(one, tensor(old, name), tensor(got, name), options, read);
    join(out.moments, one);
  }
  const auto read = [&]<class C>(Index i, const C& like) {
    const Rounded<C> base(like, &claims);
    const spec::StepFormula<Rounded<C>> step(optimiser, t, base);
    auto state = state_at(got, i, claims, like);
    state.p = leaf(old.p, i, claims, like);
    return step.parameter(state, leaf(g, i, claims, like)).adopted(&claims);
  };
  out.parameter = judge_formula(got.p, options, read);
  distrust_copy(out.parameter, old.p, got.p, options, read);
  return out;
}

StepJudgement judge_chain(const OptimCase& c, const OptimTensors& got, const spec::Claims& claims,
                          const JudgeOptions& options) {
  const auto read = [&](std::string_view name) {
    return [&, name]<class C>(Index i, const C& like) {
      const Rounded<C> base(like, &claims);
      auto state = state_at(c.state, i, claims, like);
      for (std::size_t k = 0; k < c.gradients.size(); ++k) {
        const spec::StepFormula<Rounded<C>> step(c.optimiser, c.t + static_cast<Index>(k), base);
        state = step.step(state, leaf(c.gradients[k], i, claims, like));
      }
      return (name == "p" ? state.p : field(state, name)).adopted(&claims);
    };
  };
  StepJudgement out;
  if (!shapes_fit(c.optimiser, got, c.state.p.shape())) {
    out.moments.verdict = out.parameter.verdict = Verdict::fail;
    out.moments.note = out.parameter.note = "the state after the steps has another shape than the parameter";
    return out;
  }
  for (const std::string_view name : spec::state_names(c.optimiser))
    join(out.moments, judge_formula(tensor(got, name), options, read(name)));
  out.parameter = judge_formula(got.p, options, read("p"));
  return out;
}

}  // namespace plumbline::crosscheck
