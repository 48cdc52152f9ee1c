// Bugs of the optimisers beyond sgd and adam, and of gradient clipping: another rule, a stale state, a wrong side.
#include <algorithm>

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Optimiser;

namespace {

// What a step is given; a bug changes it before the right step is taken, and what comes out after it.
struct StepCall {
  Optimiser optimiser;
  Index t;
  OptimTensors old;
  Values g;
};
using Before = std::function<void(StepCall&)>;
using After = std::function<void(const StepCall&, OptimTensors& next)>;

class Bent final : public OptimSubject {
 public:
  Bent(Before before, After after) : before_(std::move(before)), after_(std::move(after)) {}
  std::string name() const override { return "cpu with a bug"; }
  spec::Claims claims(const Optimiser& o) const override { return base_->claims(o); }
  std::string kernel(const Optimiser& o) const override { return base_->kernel(o); }
  spec::Result<OptimTensors> step(const Optimiser& o, Index t, const OptimTensors& old, const Values& g) override {
    auto right = base_->step(o, t, old, g);
    if (!right) return right;
    StepCall c{o, t, old, g};
    if (before_) before_(c);
    auto wrong = base_->step(c.optimiser, c.t, c.old, c.g);
    if (!wrong) return right;
    if (after_) after_({o, t, old, g}, *wrong);
    return wrong;
  }

 private:
  const std::shared_ptr<OptimSubject> base_ = cpu_optim_subject();
  const Before before_;
  const After after_;
};

void plant(std::vector<Mutant>& list, std::string_view op, std::string_view name, std::string_view bug, Before before,
           After after = {}) {
  Mutant m;
  m.name = spec::concat(op, '/', name), m.op = op, m.bug = bug, m.stage = Stage::optimiser;
  m.optim = std::make_shared<Bent>(std::move(before), std::move(after));
  list.push_back(std::move(m));
}
template <class O>
void attribute(std::vector<Mutant>& list, std::string_view name, std::string_view bug, std::function<void(O&)> change) {
  plant(list, O::name, name, bug, [=](StepCall& c) { change(std::get<O>(c.optimiser)); });
}
template <class O>
void replaced(std::vector<Mutant>& list, std::string_view name, std::string_view bug,
              std::function<Optimiser(const O&)> rule) {
  plant(list, O::name, name, bug, [=](StepCall& c) { c.optimiser = rule(std::get<O>(c.optimiser)); });
}

// What any optimiser can get wrong.
void plant_common(std::vector<Mutant>& list, const Optimiser& kind) {
  const std::string_view op = name_of(kind);
  const auto blended = [](double old) {  // p_old · old + p_new · (1 − old)
    return [=](const StepCall& c, OptimTensors& next) {
      next.p = changed(next.p, [&](Index i, double v) { return old * c.old.p[i] + (1 - old) * v; });
    };
  };
  plant(list, op, "climbs", "steps up the gradient", {}, blended(2));
  plant(list, op, "no_step", "the parameter stays", {}, blended(1));
  plant(list, op, "half_step", "half the rate", {}, blended(0.5));
  plant(list, op, "last_skipped", "the last element is not updated", {}, [](const StepCall& c, OptimTensors& next) {
    next.p = changed(next.p, [&](Index i, double v) { return i + 1 == next.p.size() ? c.old.p[i] : v; });
  });
  plant(list, op, "gradient_doubled", "2 g for g", [](StepCall& c) { c.g = scaled(c.g, 2); });
  plant(list, op, "gradient_bf16", "the gradient in bfloat16",
        [](StepCall& c) { c.g = narrowed(c.g, spec::bfloat16); });
  plant(list, op, "weights_bf16", "weights are kept in bfloat16", {},
        [](const StepCall&, OptimTensors& next) { next.p = narrowed(next.p, spec::bfloat16); });
  plant(list, op, "decay_missing", "no weight decay",
        [](StepCall& c) { std::visit([](auto& o) { o.weight_decay = 0; }, c.optimiser); });
  plant(list, op, "decay_doubled", "twice the weight decay",
        [](StepCall& c) { std::visit([](auto& o) { o.weight_decay *= 2; }, c.optimiser); });
}

void plant_states(std::vector<Mutant>& list, std::string_view op, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    plant(list, op, spec::concat(name, "_stale"), "a moment is not written back", {},
          [=](const StepCall& c, OptimTensors& next) { next.moment(name) = c.old.moment(name); });
    plant(list, op, spec::concat(name, "_forgotten"), "a moment starts from zero at every step",
          [=](StepCall& c) { c.old.moment(name) = scaled(c.old.moment(name), 0); });
    plant(list, op, spec::concat(name, "_bf16"), "a moment is kept in bfloat16", {},
          [=](const StepCall&, OptimTensors& next) {
            next.moment(name) = narrowed(next.moment(name), spec::bfloat16);
          });
  }
}

void plant_momentum(std::vector<Mutant>& list) {
  using spec::Momentum, spec::Nesterov;
  replaced<Momentum>(list, "nesterov", "Nesterov's momentum", [](const Momentum& o) {
    return Nesterov{o.lr, o.momentum == 0 ? 0.5 : o.momentum, o.weight_decay};
  });
  attribute<Momentum>(list, "dampening_missing", "no dampening", [](Momentum& o) { o.dampening = 0; });
  attribute<Momentum>(list, "momentum_missing", "momentum 0", [](Momentum& o) { o.momentum = 0; });
  replaced<Nesterov>(list, "plain", "plain momentum", [](const Nesterov& o) {
    return spec::Momentum{o.lr, o.momentum, 0, o.weight_decay};
  });
  for (const std::string_view op : {"momentum", "nesterov"}) plant_states(list, op, {"buf"});
}

template <class O>
void plant_betas(std::vector<Mutant>& list) {
  plant(list, O::name, "t_off_by_one", "corrections of step t + 1", [](StepCall& c) { ++c.t; });
  attribute<O>(list, "betas_swapped", "β1 for β2, and the reverse", [](O& o) { std::swap(o.beta1, o.beta2); });
  attribute<O>(list, "eps_small", "eps² for eps", [](O& o) { o.eps *= o.eps; });
  replaced<O>(list, "adam", "the rule of adam", [](const O& o) {
    return spec::Adam{o.lr, o.beta1, o.beta2, o.eps, o.weight_decay};
  });
  plant_states(list, O::name, {"m", "v"});
}

void plant_adams(std::vector<Mutant>& list) {
  plant_betas<spec::Amsgrad>(list);
  plant_betas<spec::Adamax>(list);
  plant_betas<spec::Nadam>(list);
  plant_states(list, "amsgrad", {"top"});
  attribute<spec::Nadam>(list, "momentum_undecayed", "no schedule of the momentum",
                         [](spec::Nadam& o) { o.momentum_decay = 0; });
}

void plant_adaptive(std::vector<Mutant>& list) {
  using spec::Adadelta, spec::Adagrad, spec::Rmsprop;
  attribute<Rmsprop>(list, "uncentered", "the mean is not taken off", [](Rmsprop& o) { o.centered = false; });
  attribute<Rmsprop>(list, "always_centered", "the mean is always taken off", [](Rmsprop& o) { o.centered = true; });
  attribute<Rmsprop>(list, "momentum_missing", "no momentum", [](Rmsprop& o) { o.momentum = 0; });
  attribute<Rmsprop>(list, "alpha_complement", "1 − α for α",
                     [](Rmsprop& o) { o.alpha = o.alpha > 0 ? 1 - o.alpha : 0.5; });
  attribute<Rmsprop>(list, "eps_small", "eps² for eps", [](Rmsprop& o) { o.eps *= o.eps; });
  plant_states(list, "rmsprop", {"v", "m", "buf"});
  attribute<Adagrad>(list, "rate_undecayed", "lr_decay is ignored", [](Adagrad& o) { o.lr_decay = 0; });
  plant(list, "adagrad", "t_off_by_one", "the rate of step t + 1", [](StepCall& c) { c.t += c.t > 1; });
  attribute<Adagrad>(list, "starts_from_zero", "initial_accumulator_value is ignored",
                     [](Adagrad& o) { o.initial_accumulator_value = 0; });
  attribute<Adagrad>(list, "eps_small", "eps² for eps", [](Adagrad& o) { o.eps *= o.eps; });
  plant_states(list, "adagrad", {"v"});
  attribute<Adadelta>(list, "rho_complement", "1 − ρ for ρ", [](Adadelta& o) { o.rho = o.rho > 0 ? 1 - o.rho : 0.5; });
  attribute<Adadelta>(list, "eps_small", "eps² for eps", [](Adadelta& o) { o.eps *= o.eps; });
  attribute<Adadelta>(list, "rate_one", "lr 1", [](Adadelta& o) { o.lr = 1; });
  plant(list, "adadelta", "averages_swapped", "the squares of steps for those of gradients",
        [](StepCall& c) { std::swap(c.old.m, c.old.v); });
  plant_states(list, "adadelta", {"m", "v"});
}

void plant_lion(std::vector<Mutant>& list) {
  using spec::Lion;
  attribute<Lion>(list, "betas_swapped", "β1 for β2, and the reverse", [](Lion& o) { std::swap(o.beta1, o.beta2); });
  attribute<Lion>(list, "one_beta", "the moment is what is stepped along", [](Lion& o) { o.beta1 = o.beta2; });
  plant(list, "lion", "decay_coupled", "the decay joins the gradient", [](StepCall& c) {
    auto& o = std::get<Lion>(c.optimiser);
    c.g = changed(c.g, [&](Index i, double g) { return g + o.weight_decay * c.old.p[i]; });
    o.weight_decay = 0;
  });
  plant_states(list, "lion", {"m"});
}

void plant_muon(std::vector<Mutant>& list) {
  using spec::Muon;
  attribute<Muon>(list, "nesterov_flipped", "Nesterov's momentum where it is off, and the reverse",
                  [](Muon& o) { o.nesterov = !o.nesterov; });
  attribute<Muon>(list, "one_step_short", "one step of Newton and Schulz less",
                  [](Muon& o) { o.ns_steps -= o.ns_steps > 0; });
  attribute<Muon>(list, "cubic", "without the fifth power", [](Muon& o) { o.c = 0; });
  attribute<Muon>(list, "coefficients", "15/8, −10/8, 3/8", [](Muon& o) { o.a = 1.875, o.b = -1.25, o.c = 0.375; });
  attribute<Muon>(list, "momentum_complement", "1 − momentum", [](Muon& o) { o.momentum = 1 - o.momentum; });
  plant(list, "muon", "scale_missing", "a tall matrix is not scaled", {}, [](const StepCall& c, OptimTensors& next) {
    const auto& o = std::get<Muon>(c.optimiser);
    const double kept = 1 - o.lr * o.weight_decay, rows = static_cast<double>(c.g.shape()[0]),
                 columns = static_cast<double>(c.g.shape()[1]), scale = std::sqrt(std::max(1.0, rows / columns));
    next.p = changed(next.p, [&](Index i, double v) { return kept * c.old.p[i] + (v - kept * c.old.p[i]) / scale; });
  });
  plant_states(list, "muon", {"buf"});
}

// The right clipping, and something else in its place.
class BentClip final : public ClipSubject {
 public:
  using Wrong = std::function<std::vector<Values>(ClipSubject& base, const spec::GradientClip&,
                                                  const std::vector<Values>&, const std::vector<Values>& right)>;
  explicit BentClip(Wrong wrong) : wrong_(std::move(wrong)) {}
  std::string name() const override { return "cpu with a bug"; }
  spec::Claims claims() const override { return base_->claims(); }
  spec::Result<std::vector<Values>> clip(const spec::GradientClip& how, const std::vector<Values>& g) override {
    auto right = base_->clip(how, g);
    return right ? spec::Result<std::vector<Values>>(wrong_(*base_, how, g, *right)) : right;
  }

 private:
  const std::shared_ptr<ClipSubject> base_ = cpu_clip_subject();
  const Wrong wrong_;
};

void clip(std::vector<Mutant>& list, std::string_view op, std::string_view name, std::string_view bug,
          BentClip::Wrong wrong) {
  Mutant m;
  m.name = spec::concat(op, '/', name), m.op = op, m.bug = bug, m.stage = Stage::optimiser;
  m.clip = std::make_shared<BentClip>(std::move(wrong));
  list.push_back(std::move(m));
}

using All = std::vector<Values>;

void plant_clips(std::vector<Mutant>& list) {
  using spec::ClipGradNorm, spec::ClipGradValue, spec::GradientClip;
  for (const std::string_view op : {"clip_grad_norm", "clip_grad_value"}) {
    clip(list, op, "nothing", "gradients stay as they are",
         [](ClipSubject&, const GradientClip&, const All& g, const All&) { return g; });
    clip(list, op, "last_skipped", "the last tensor is not clipped",
         [](ClipSubject&, const GradientClip&, const All& g, All right) { return right.back() = g.back(), right; });
  }
  clip(list, "clip_grad_norm", "each_alone", "each tensor by its own norm",
       [](ClipSubject& base, const GradientClip& how, const All& g, const All&) {
         All out;
         for (const Values& x : g) out.push_back(base.clip(how, {x})->front());
         return out;
       });
  clip(list, "clip_grad_norm", "always", "scaled up to the bound as well",
       [](ClipSubject& base, const GradientClip& how, const All& g, const All&) {
         All large;
         for (const Values& x : g) large.push_back(scaled(x, 0x1p20));
         return *base.clip(how, large);
       });
  clip(list, "clip_grad_norm", "other_norm", "the Euclidean norm, whatever was asked for",
       [](ClipSubject& base, const GradientClip& how, const All& g, const All&) {
         return *base.clip(ClipGradNorm{std::get<ClipGradNorm>(how).max_norm, 2}, g);
       });
  clip(list, "clip_grad_norm", "by_value", "each value is cut",
       [](ClipSubject& base, const GradientClip& how, const All& g, const All&) {
         return *base.clip(ClipGradValue{std::get<ClipGradNorm>(how).max_norm}, g);
       });
  clip(list, "clip_grad_value", "one_side", "only from above",
       [](ClipSubject&, const GradientClip& how, All g, const All&) {
         for (Values& x : g)
           x = changed(x, [&](Index, double v) { return std::min(v, std::get<ClipGradValue>(how).clip_value); });
         return g;
       });
}

}  // namespace

void add_step_bugs(std::vector<Mutant>& list) {
  for (const Optimiser& kind : spec::all_optimisers())
    if (const auto op = name_of(kind); op != "sgd" && op != "adam" && op != "adamw") plant_common(list, kind);
  plant_momentum(list);
  plant_adams(list);
  plant_adaptive(list);
  plant_lion(list);
  plant_muon(list);
  plant_clips(list);
}

}  // namespace plumbline::crosscheck
