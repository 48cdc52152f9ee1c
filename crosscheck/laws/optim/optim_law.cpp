// Judging optimiser steps against their exact formulas.
#include "crosscheck/laws/optim/optim_law.h"

#include "crosscheck/audit/runner.h"
#include "crosscheck/judge/formula.h"
#include "crosscheck/laws/evidence.h"
#include "spec/layers/muon.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Rounded;

namespace {

template <class N>
const N& field(const spec::OptimState<N>& s, std::string_view name) {
  return name == "buf" ? s.buf : name == "m" ? s.m : name == "v" ? s.v : s.top;
}

template <class C>
Rounded<C> leaf(const Values& x, Index i, const spec::Claims& claims, const C& like) {
  return x.size() == 0 ? Rounded<C>(Index{0}) : Rounded<C>::leaf(x[i], claims, like);
}

// Whether the parameter and every moment that the optimiser keeps have the shape.
bool shapes_fit(const spec::Optimiser& optimiser, const OptimTensors& s, const spec::Shape& shape) {
  bool fit = s.p.shape() == shape;
  for (const std::string_view name : spec::state_names(optimiser)) fit = fit && s.moment(name).shape() == shape;
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
          leaf(s.v, i, claims, like), leaf(s.top, i, claims, like)};
}

template <class C>
spec::Tensor<Rounded<C>> leaves(const Values& x, const spec::Claims& claims, const C& like) {
  return spec::Tensor<Rounded<C>>::generate(x.shape(), [&](Index i) { return leaf(x, i, claims, like); });
}

// A formula of whole tensors, element by element: computed once for each number type and precision.
template <class Whole>
class ElementOf {
 public:
  explicit ElementOf(Whole whole) : whole_(std::move(whole)) {}
  Rounded<spec::Approx> operator()(Index i, const spec::Approx& like) {
    if (!approx_) approx_ = whole_(like);
    return (*approx_)[i];
  }
  Rounded<spec::Ball> operator()(Index i, const spec::Ball& like) {
    const int bits = like.precision();
    if (!ball_ || bits_ != bits) ball_ = whole_(like), bits_ = bits;
    return (*ball_)[i];
  }

 private:
  Whole whole_;
  std::optional<spec::Tensor<Rounded<spec::Approx>>> approx_;
  std::optional<spec::Tensor<Rounded<spec::Ball>>> ball_;
  int bits_ = 0;
};

template <class C>
void adopt(spec::Tensor<Rounded<C>>& x, const spec::Claims& claims) {
  for (Rounded<C>& e : x.mutable_elements()) e = e.adopted(&claims);
}

// The parameter after the steps of a case of an optimiser of matrices, from the first state on.
template <class C>
spec::Tensor<Rounded<C>> matrix_chain(const OptimCase& c, const spec::Claims& claims, const C& like, bool moments) {
  using N = Rounded<C>;
  const N base(like, &claims);
  const auto& muon = std::get<spec::Muon>(c.optimiser);
  auto p = leaves(c.state.p, claims, like), buf = leaves(c.state.buf, claims, like);
  for (std::size_t k = 0; k < c.gradients.size(); ++k) {
    const auto g = leaves(c.gradients[k], claims, like);
    const spec::StepFormula<N> step(c.optimiser, c.t + static_cast<Index>(k), base);
    buf = spec::Tensor<N>::generate(g.shape(), [&](Index i) {
      spec::OptimState<N> s;
      s.buf = buf[i];
      return step.moments(s, g[i]).buf.finished();
    });
    p = spec::muon_parameter(muon, p, buf, g, base);
    for (N& x : p.mutable_elements()) x = x.finished();
  }
  auto out = moments ? buf : p;
  adopt(out, claims);
  return out;
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
    const auto reading = [&](spec::Averaging averaging) {
      return [&, averaging]<class C>(Index i, const C& like) {
        const Rounded<C> base(like, &claims);
        const spec::StepFormula<Rounded<C>> step(optimiser, t, base, averaging);
        return field(step.moments(state_at(old, i, claims, like), leaf(g, i, claims, like)), name).adopted(&claims);
      };
    };
    const auto read = reading(spec::Averaging::weighted);
    Judgement one = judge_formula(got.moment(name), options, read);
    if (options.any_method && is_finding(one.verdict))
      if (Judgement moved = judge_formula(got.moment(name), options, reading(spec::Averaging::moved));
          !is_finding(moved.verdict))
        one = std::move(moved);
    distrust_copy(one, old.moment(name), got.moment(name), options, read);
    join(out.moments, one);
    out.by_moment.push_back(std::move(one));
  }
  const auto judge = [&](auto&& read) {
    out.parameter = judge_formula(got.p, options, read);
    distrust_copy(out.parameter, old.p, got.p, options, read);
  };
  if (steps_matrices(optimiser))
    judge(ElementOf([&]<class C>(const C& like) {
      auto p = spec::muon_parameter(std::get<spec::Muon>(optimiser), leaves(old.p, claims, like),
                                    leaves(got.buf, claims, like), leaves(g, claims, like), Rounded<C>(like, &claims));
      adopt(p, claims);
      return p;
    }));
  else
    judge([&]<class C>(Index i, const C& like) {
      const Rounded<C> base(like, &claims);
      const spec::StepFormula<Rounded<C>> step(optimiser, t, base);
      auto state = state_at(got, i, claims, like);
      state.p = leaf(old.p, i, claims, like);
      return step.parameter(state, state_at(old, i, claims, like), leaf(g, i, claims, like)).adopted(&claims);
    });
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
  if (steps_matrices(c.optimiser)) {
    const auto whole = [&](bool moments) {
      return ElementOf([&, moments]<class C>(const C& like) { return matrix_chain(c, claims, like, moments); });
    };
    out.moments = judge_formula(got.buf, options, whole(true));
    out.parameter = judge_formula(got.p, options, whole(false));
    return out;
  }
  for (const std::string_view name : spec::state_names(c.optimiser))
    join(out.moments, judge_formula(got.moment(name), options, read(name)));
  out.parameter = judge_formula(got.p, options, read("p"));
  return out;
}

}  // namespace plumbline::crosscheck
