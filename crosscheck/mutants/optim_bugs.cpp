// Bugs of optimisers: corrections, eps, decay, moments, their state.
#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Adam;
using spec::Adamw;
using spec::Index;
using spec::Optimiser;
using spec::Sgd;

namespace {

// A step of Adam or AdamW in parts, in double; a bug changes parts. AdamW's decay shrinks p, Adam's joins the gradient.
struct AdamParts {
  Index t;
  double lr, beta1, beta2, eps, keep1, keep2;  // keep = 1 − β
  double correction1, correction2;             // 1 − β^t
  double coupled, shrink;                      // λ added to g; the factor of p
  bool eps_inside = false, eps_before_correction = false, plain_second = false, rootless = false,
       decay_on_moment = false;
  bool old_moment = false;

  template <class O>
  static AdamParts of(const O& o, Index t) {
    constexpr bool decoupled = std::is_same_v<O, Adamw>;
    const auto n = static_cast<double>(t);
    return {t,
            o.lr,
            o.beta1,
            o.beta2,
            o.eps,
            1 - o.beta1,
            1 - o.beta2,
            1 - std::pow(o.beta1, n),
            1 - std::pow(o.beta2, n),
            decoupled ? 0 : o.weight_decay,
            decoupled ? 1 - o.lr * o.weight_decay : 1};
  }
  void step(double& p, double& m, double& v, double g) const {
    const double old = m, d = g + coupled * p;
    m = f32(beta1 * m + keep1 * d);
    v = f32(beta2 * v + keep2 * (plain_second ? std::abs(d) : d * d));
    const double used = old_moment ? old : m, mean = used / correction1, square = v / correction2;
    const double below = rootless                ? square + eps
                         : eps_inside            ? std::sqrt(square + eps)
                         : eps_before_correction ? (std::sqrt(v) + eps) / std::sqrt(correction2)
                                                 : std::sqrt(square) + eps;
    p = f32(shrink * p - lr * mean / below);
  }
};
struct SgdParts {
  Index t;
  double lr, momentum, keep, decay;  // keep = 1 − dampening
  bool nesterov, kept, first_plain = true, decay_shrinks = false, velocity = false, decay_on_buffer = false;

  static SgdParts of(const Sgd& o, Index t) {
    return {t, o.lr, o.momentum, 1 - o.dampening, o.weight_decay, o.nesterov, o.momentum != 0};
  }
  void step(double& p, double& buf, double g) const {
    const double d = g + (decay_shrinks || decay_on_buffer ? 0 : decay * p),
                 start = decay_shrinks ? p * (1 - lr * decay) : p;
    if (!kept) {
      p = f32(start - lr * d);
      return;
    }
    buf = f32((t == 1 && first_plain ? d : momentum * buf + keep * (velocity ? lr : 1) * d) +
              (decay_on_buffer ? decay * buf : 0));
    p = f32(start - (velocity ? 1 : lr) * (nesterov ? d + momentum * buf : buf));
  }
};

double at(const Values& x, Index i) { return x.size() > 0 ? x[i] : 0; }
void put(Values& x, Index i, double value) {
  if (x.size() > 0) x.mutable_elements()[static_cast<std::size_t>(i)] = value;
}

// The right optimiser, spoilt; refusals stay as they are.
class Wrong : public OptimSubject {
 public:
  std::string name() const override { return "cpu with a bug"; }
  spec::Claims claims(const Optimiser& o) const override { return base_->claims(o); }
  std::string kernel(const Optimiser& o) const override { return base_->kernel(o); }
  spec::Result<OptimTensors> step(const Optimiser& o, Index t, const OptimTensors& old, const Values& g) override {
    auto right = base_->step(o, t, old, g);
    return right ? spec::Result<OptimTensors>(spoilt(o, t, old, g, *right)) : right;
  }

 protected:
  virtual OptimTensors spoilt(const Optimiser& o, Index t, const OptimTensors& old, const Values& g,
                              const OptimTensors& right) = 0;
  const std::shared_ptr<OptimSubject> base_ = cpu_optim_subject();
};

class WrongAdam final : public Wrong {
 public:
  explicit WrongAdam(std::function<void(AdamParts&)> change) : change_(std::move(change)) {}

 private:
  OptimTensors spoilt(const Optimiser& o, Index t, const OptimTensors& old, const Values& g,
                      const OptimTensors& right) override {
    AdamParts parts =
        std::holds_alternative<Adam>(o) ? AdamParts::of(std::get<Adam>(o), t) : AdamParts::of(std::get<Adamw>(o), t);
    change_(parts);
    OptimTensors out = right;
    for (Index i = 0; i < g.size(); ++i) {
      double p = old.p[i], m = at(old.m, i), v = at(old.v, i);
      parts.step(p, m, v, g[i]);
      put(out.p, i, p), put(out.m, i, m), put(out.v, i, v);
    }
    return out;
  }
  std::function<void(AdamParts&)> change_;
};

class WrongSgd final : public Wrong {
 public:
  explicit WrongSgd(std::function<void(SgdParts&)> change) : change_(std::move(change)) {}

 private:
  OptimTensors spoilt(const Optimiser& o, Index t, const OptimTensors& old, const Values& g,
                      const OptimTensors& right) override {
    SgdParts parts = SgdParts::of(std::get<Sgd>(o), t);
    change_(parts);
    OptimTensors out = right;
    for (Index i = 0; i < g.size(); ++i) {
      double p = old.p[i], buf = at(old.buf, i);
      parts.step(p, buf, g[i]);
      put(out.p, i, p), put(out.buf, i, buf);
    }
    return out;
  }
  std::function<void(SgdParts&)> change_;
};

// Bugs of any optimiser: what becomes of the state after the step.
class WrongState final : public Wrong {
 public:
  using Change = std::function<void(const OptimTensors& old, OptimTensors& next)>;
  explicit WrongState(Change change) : change_(std::move(change)) {}

 private:
  OptimTensors spoilt(const Optimiser&, Index, const OptimTensors& old, const Values&,
                      const OptimTensors& right) override {
    OptimTensors out = right;
    change_(old, out);
    return out;
  }
  Change change_;
};

// Hyperparameters and shapes are never checked: whatever is refused leaves the state as it was.
class Unchecked final : public Wrong {
 public:
  spec::Result<OptimTensors> step(const Optimiser& o, Index t, const OptimTensors& old, const Values& g) override {
    auto right = base_->step(o, t, old, g);
    return right ? right : spec::Result<OptimTensors>(old);
  }

 private:
  OptimTensors spoilt(const Optimiser&, Index, const OptimTensors&, const Values&, const OptimTensors& right) override {
    return right;
  }
};

void plant(std::vector<Mutant>& list, std::string_view op, std::string_view name, std::string_view bug,
           std::shared_ptr<OptimSubject> subject) {
  Mutant m;
  m.name = spec::concat(op, '/', name), m.op = op, m.bug = bug;
  m.stage = Stage::optimiser, m.optim = std::move(subject);
  list.push_back(std::move(m));
}
void adam(std::vector<Mutant>& list, std::initializer_list<std::string_view> ops, std::string_view name,
          std::string_view bug, const std::function<void(AdamParts&)>& change) {
  for (std::string_view op : ops) plant(list, op, name, bug, std::make_shared<WrongAdam>(change));
}
void sgd(std::vector<Mutant>& list, std::string_view name, std::string_view bug,
         const std::function<void(SgdParts&)>& change) {
  plant(list, "sgd", name, bug, std::make_shared<WrongSgd>(change));
}
void state(std::vector<Mutant>& list, std::initializer_list<std::string_view> ops, std::string_view name,
           std::string_view bug, const WrongState::Change& change) {
  for (std::string_view op : ops) plant(list, op, name, bug, std::make_shared<WrongState>(change));
}

// 1 − β^t with the power rounded to float at each of its t factors.
double rounded_correction(double beta, Index t) {
  float power = 1;
  for (Index i = 0; i < t && power > 0; ++i) power *= static_cast<float>(beta);
  return 1 - power;
}

void plant_adam(std::vector<Mutant>& list) {
  adam(list, {"adam", "adamw"}, "first_correction_missing", "m is not corrected",
       [](AdamParts& a) { a.correction1 = 1; });
  adam(list, {"adam", "adamw"}, "second_correction_missing", "v is not corrected",
       [](AdamParts& a) { a.correction2 = 1; });
  adam(list, {"adam"}, "t_off_by_one", "corrections of step t + 1", [](AdamParts& a) {
    a.correction1 = 1 - std::pow(a.beta1, static_cast<double>(a.t + 1)),
    a.correction2 = 1 - std::pow(a.beta2, static_cast<double>(a.t + 1));
  });
  adam(list, {"adam"}, "powers_by_rounding", "β^t by t rounded products", [](AdamParts& a) {
    a.correction1 = rounded_correction(a.beta1, a.t), a.correction2 = rounded_correction(a.beta2, a.t);
  });
  adam(list, {"adam", "adamw"}, "eps_inside", "eps inside the root", [](AdamParts& a) { a.eps_inside = true; });
  adam(list, {"adam", "adamw"}, "eps_missing", "no eps", [](AdamParts& a) { a.eps = 0; });
  adam(list, {"adam"}, "eps_before_correction", "eps is added before v is corrected",
       [](AdamParts& a) { a.eps_before_correction = true; });
  adam(list, {"adam", "adamw"}, "betas_swapped", "β1 for β2, and the reverse", [](AdamParts& a) {
    std::swap(a.beta1, a.beta2), std::swap(a.keep1, a.keep2), std::swap(a.correction1, a.correction2);
  });
  adam(list, {"adam"}, "gradient_unsquared", "v averages |g|", [](AdamParts& a) { a.plain_second = true; });
  adam(list, {"adam", "adamw"}, "root_missing", "divides by v", [](AdamParts& a) { a.rootless = true; });
  adam(list, {"adam"}, "complement_missing", "m = β1 m + g", [](AdamParts& a) { a.keep1 = 1; });
  adam(list, {"adam"}, "old_moment", "steps along the moment of the step before",
       [](AdamParts& a) { a.old_moment = true; });
  adam(list, {"adam", "adamw"}, "lr_sign", "climbs", [](AdamParts& a) { a.lr = -a.lr; });
  adam(list, {"adam"}, "decay_decoupled", "decays as AdamW does",
       [](AdamParts& a) { a.shrink = 1 - a.lr * a.coupled, a.coupled = 0; });
  adam(list, {"adam"}, "decay_missing", "no weight decay", [](AdamParts& a) { a.coupled = 0; });
  adam(list, {"adamw"}, "decay_coupled", "decays as Adam does",
       [](AdamParts& a) { a.coupled = (1 - a.shrink) / a.lr, a.shrink = 1; });
  adam(list, {"adamw"}, "decay_missing", "no weight decay", [](AdamParts& a) { a.shrink = 1; });
  adam(list, {"adamw"}, "decay_without_lr", "p − λ p for p − lr λ p",
       [](AdamParts& a) { a.shrink = 1 - (1 - a.shrink) / a.lr; });
  adam(list, {"adamw"}, "decay_sign", "weights grow", [](AdamParts& a) { a.shrink = 2 - a.shrink; });
}

void plant_sgd(std::vector<Mutant>& list) {
  sgd(list, "momentum_ignored", "momentum 0", [](SgdParts& s) { s.momentum = 0; });
  sgd(list, "dampening_ignored", "dampening 0", [](SgdParts& s) { s.keep = 1; });
  sgd(list, "dampening_at_first", "dampens the first step", [](SgdParts& s) { s.first_plain = false; });
  sgd(list, "average", "(1 − momentum) g joins the buffer", [](SgdParts& s) { s.keep = 1 - s.momentum; });
  sgd(list, "nesterov_ignored", "plain momentum", [](SgdParts& s) { s.nesterov = false; });
  sgd(list, "nesterov_always", "Nesterov's momentum", [](SgdParts& s) { s.nesterov = true; });
  sgd(list, "lr_sign", "climbs", [](SgdParts& s) { s.lr = -s.lr; });
  sgd(list, "lr_in_buffer", "the rate is folded into the buffer", [](SgdParts& s) { s.velocity = true; });
  sgd(list, "decay_missing", "no weight decay", [](SgdParts& s) { s.decay = 0; });
  sgd(list, "decay_decoupled", "decay shrinks p, past the buffer", [](SgdParts& s) { s.decay_shrinks = true; });
  sgd(list, "decay_without_lr", "p − λ p", [](SgdParts& s) { s.decay_shrinks = true, s.decay /= s.lr; });
  sgd(list, "decay_on_buffer", "the buffer decays in place of the weights",
      [](SgdParts& s) { s.decay_on_buffer = true; });
  sgd(list, "decay_sign", "weights grow", [](SgdParts& s) { s.decay = -s.decay; });
}

void plant_state(std::vector<Mutant>& list) {
  state(list, {"sgd", "adam", "adamw"}, "last_skipped", "the last element is not updated",
        [](const OptimTensors& old, OptimTensors& next) {
          if (next.p.size() > 0) put(next.p, next.p.size() - 1, old.p[old.p.size() - 1]);
        });
  state(list, {"sgd", "adam", "adamw"}, "no_step", "the parameter stays",
        [](const OptimTensors& old, OptimTensors& next) { next.p = old.p; });
  state(list, {"sgd"}, "buffer_stale", "the buffer is not written back",
        [](const OptimTensors& old, OptimTensors& next) { next.buf = old.buf; });
  state(list, {"adam", "adamw"}, "first_moment_stale", "m is not written back",
        [](const OptimTensors& old, OptimTensors& next) { next.m = old.m; });
  state(list, {"adam", "adamw"}, "second_moment_stale", "v is not written back",
        [](const OptimTensors& old, OptimTensors& next) { next.v = old.v; });
  state(list, {"adam"}, "moments_swapped", "m and v exchanged",
        [](const OptimTensors&, OptimTensors& next) { std::swap(next.m, next.v); });
  state(list, {"sgd"}, "buffer_bf16", "the buffer is kept in bfloat16",
        [](const OptimTensors&, OptimTensors& next) { next.buf = narrowed(next.buf, spec::bfloat16); });
  state(list, {"adam", "adamw"}, "moments_bf16", "moments are kept in bfloat16",
        [](const OptimTensors&, OptimTensors& next) {
          next.m = narrowed(next.m, spec::bfloat16), next.v = narrowed(next.v, spec::bfloat16);
        });
  state(list, {"sgd", "adam"}, "weights_bf16", "weights are kept in bfloat16",
        [](const OptimTensors&, OptimTensors& next) { next.p = narrowed(next.p, spec::bfloat16); });
  state(list, {"adam"}, "moment_flushed", "subnormal moments are flushed to zero",
        [](const OptimTensors&, OptimTensors& next) {
          next.v = changed(next.v, [](Index, double v) { return v < spec::binary32.smallest_normal() ? 0 : v; });
        });
  for (std::string_view op : {"sgd", "adam", "adamw"})
    plant(list, op, "unchecked", "refuses nothing", std::make_shared<Unchecked>());
}

}  // namespace

void add_optim_bugs(std::vector<Mutant>& list) {
  plant_adam(list);
  plant_sgd(list);
  plant_state(list);
}

}  // namespace plumbline::crosscheck
