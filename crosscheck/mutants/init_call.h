// Where bugs of initialisers are planted: one parameter of a plan, filled wrongly.
#pragma once

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Initialiser;
using spec::InitPlan;
using spec::PlannedParameter;

// One parameter of a plan, as a planted bug sees it.
struct InitCall {
  InitSubject& base;
  const InitPlan& plan;
  std::size_t at;
  const Values& right;
  const PlannedParameter& parameter() const { return plan.parameters[at]; }
  template <class S>
  const S& scheme() const {
    return std::get<S>(parameter().scheme);
  }
  spec::Fans fans() const { return spec::fans(parameter().shape).value_or(spec::Fans{1, 1}); }
  double unit(Index i) const { return plan.stream_of(parameter()).unit_at(i); }

  // The parameter alone, changed, as the right initialiser fills it; `right` where that is refused.
  Values with(const PlannedParameter& other, std::uint64_t seed) const {
    InitPlan one;
    one.seed = seed, one.streams = plan.streams, one.parameters = {other};
    const auto values = base.initialise(one);
    return values && values->front().size() == right.size() ? values->front().reshaped(right.shape()) : right;
  }
  Values with(const Initialiser& other) const {
    PlannedParameter p = parameter();
    p.scheme = other;
    return with(p, plan.seed);
  }
  Values with_stream(std::uint64_t stream) const {
    PlannedParameter p = parameter();
    p.stream = stream;
    return with(p, plan.seed);
  }
};
using InitBug = std::function<Values(const InitCall&)>;

// The right initialiser with one scheme spoilt.
class Spoilt : public InitSubject {
 public:
  Spoilt(std::string_view scheme, InitBug bug) : scheme_(scheme), bug_(std::move(bug)) {}
  std::string name() const override { return "cpu with a bug"; }
  spec::Claims claims() const override { return base_->claims(); }
  spec::Result<void> check(const InitPlan& plan, const std::vector<spec::NamedShape>& given) override {
    return base_->check(plan, given);
  }
  spec::Result<std::vector<Values>> initialise(const InitPlan& plan) override {
    auto values = base_->initialise(plan);
    for (std::size_t i = 0; values && i < values->size(); ++i)
      if (name_of(plan.parameters[i].scheme) == scheme_) (*values)[i] = bug_({*base_, plan, i, (*values)[i]});
    return values;
  }

 protected:
  const std::shared_ptr<InitSubject> base_ = cpu_init_subject();

 private:
  const std::string scheme_;
  const InitBug bug_;
};

template <class S, class F>
InitBug rescaled(F factor) {
  return [=](const InitCall& c) {
    S other = c.scheme<S>();
    other.gain *= factor(c);
    return c.with(other);
  };
}
// √(wrong/right) of two fans, 1 where one is 0.
inline double root_ratio(Index right, Index wrong) {
  return right > 0 && wrong > 0 ? std::sqrt(static_cast<double>(right) / static_cast<double>(wrong)) : 1;
}
inline InitBug each(std::function<double(const InitCall&, Index, double)> f) {
  return [=](const InitCall& c) { return changed(c.right, [&](Index i, double x) { return f(c, i, x); }); };
}
inline void plant(std::vector<Mutant>& list, std::string_view scheme, std::string_view name, std::string_view bug,
           std::shared_ptr<InitSubject> subject) {
  Mutant m;
  m.name = spec::concat(scheme, '/', name), m.op = scheme, m.bug = bug;
  m.stage = Stage::initialisation, m.init = std::move(subject);
  list.push_back(std::move(m));
}
inline void plant(std::vector<Mutant>& list, std::string_view scheme, std::string_view name, std::string_view bug,
           InitBug wrong) {
  plant(list, scheme, name, bug, std::make_shared<Spoilt>(scheme, std::move(wrong)));
}

}  // namespace plumbline::crosscheck
