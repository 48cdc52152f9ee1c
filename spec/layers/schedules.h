// Learning rates as exact formulas over any number type: PyTorch's closed forms.
#pragma once

#include <span>

#include "spec/lang/number.h"
#include "spec/lang/schedule.h"

namespace plumbline::spec {

// The rate of update k. `like` lends precision, format and claims.
template <Number N>
class RateFormula {
 public:
  // metrics: of the updates before k, for reduce_on_plateau; the others do not look at them.
  RateFormula(Index k, std::span<const double> metrics, const N& like) : k_(k), metrics_(metrics), like_(like) {}

  N operator()(const ConstantRate& s) const { return k_ < s.total_iters ? N(r(s.lr) * r(s.factor)) : r(s.lr); }
  N operator()(const StepRate& s) const { return r(s.lr) * power(s.gamma, k_ / s.step_size); }
  N operator()(const MultiStepRate& s) const {
    Index passed = 0;
    for (const Index m : s.milestones) passed += m <= k_;
    return r(s.lr) * power(s.gamma, passed);
  }
  N operator()(const ExponentialRate& s) const { return r(s.lr) * power(s.gamma, k_); }
  N operator()(const CosineRate& s) const { return cosine(s.lr, s.eta_min, k_, s.T_max); }
  N operator()(const WarmRestartsRate& s) const {
    Index at = k_, period = s.T_0;
    if (s.T_mult == 1) at = k_ % s.T_0;
    while (at >= period) at -= period, period *= s.T_mult;
    return cosine(s.lr, s.eta_min, at, period);
  }
  N operator()(const LinearWarmupRate& s) const { return warmup(s.lr, s.warmup_steps); }
  N operator()(const WarmupCosineRate& s) const {
    if (k_ < s.warmup_steps) return warmup(s.lr, s.warmup_steps);
    if (k_ >= s.total_steps) return r(s.eta_min);
    return cosine(s.lr, s.eta_min, k_ - s.warmup_steps, s.total_steps - s.warmup_steps);
  }
  // Where two phases meet the curve is continuous: it does not matter to which the update belongs.
  N operator()(const OneCycleRate& s) const {
    const N high = r(s.max_lr), start = high / r(s.div_factor), least = start / r(s.final_div_factor);
    const N one(Index{1}), k = count(std::min(k_, s.total_steps - 1)), last = count(s.total_steps - 1);
    const N up = r(s.pct_start) * count(s.total_steps) - one;
    const N rise = anneal(s, start, high, N(k / up));
    if (!s.three_phase) return select(less(up, k), anneal(s, high, least, N((k - up) / (last - up))), rise);
    const N down = count(2) * r(s.pct_start) * count(s.total_steps) - count(2);
    const N fall = anneal(s, high, start, N((k - up) / (down - up)));
    const N end = anneal(s, start, least, N((k - down) / (last - down)));
    return select(less(up, k), N(select(less(down, k), end, fall)), rise);
  }
  // Of the way up or down, at/size; the height shrinks from cycle to cycle.
  N operator()(const CyclicRate& s) const {
    const Index whole = s.step_size_up + s.step_size_down, cycle = k_ / whole, at = k_ % whole;
    const N way = at <= s.step_size_up ? ratio(like_, at, s.step_size_up) : ratio(like_, whole - at, s.step_size_down);
    const N height = (r(s.max_lr) - r(s.base_lr)) * way;
    if (s.mode == "triangular2") return r(s.base_lr) + height * power(0.5, cycle);
    if (s.mode == "exp_range") return r(s.base_lr) + height * power(s.gamma, k_);
    return r(s.base_lr) + height;
  }
  N operator()(const PolynomialRate& s) const {
    if (k_ >= s.total_iters) return s.power == 0 ? r(s.lr) : N(Index{0});
    const N left = ratio(like_, s.total_iters - k_, s.total_iters);
    return r(s.lr) * (s.power == 1 ? left : N(pow(left, r(s.power))));
  }
  N operator()(const PlateauRate& s) const {
    N lr = r(s.lr), best = r(0);
    Index bad = 0, cooling = 0;
    for (Index i = 0; i < k_; ++i) {
      const N metric = r(metrics_[static_cast<std::size_t>(i)]);
      const bool better = i == 0 || certainly(is_better(s, metric, best));
      if (better) best = metric;
      bad = better ? 0 : bad + 1;
      if (cooling > 0) --cooling, bad = 0;
      if (bad <= s.patience) continue;
      const N lower = maximum(N(lr * r(s.factor)), r(s.min_lr));
      lr = select(less(r(s.eps), N(lr - lower)), lower, lr);
      cooling = s.cooldown, bad = 0;
    }
    return lr;
  }

 private:
  static bool certainly(Truth t) {
    if (t.exact == Tri::unknown) throw Error("a schedule's decision is not known at this precision");
    return t.exact == Tri::yes;
  }
  N r(double a) const { return real(like_, a); }
  N count(Index n) const { return r(static_cast<double>(n)); }
  N power(double base, Index n) const { return n == 0 ? N(Index{1}) : N(pow(r(base), count(n))); }
  // lo + (hi − lo) (1 + cos(π at/size))/2
  N cosine(double hi, double lo, Index at, Index size) const {
    return r(lo) + (r(hi) - r(lo)) * bell(ratio(like_, at, size));
  }
  // (1 + cos πx)/2
  N bell(const N& x) const { return (N(Index{1}) + cos(pi(like_) * x)) / N(Index{2}); }
  N warmup(double lr, Index steps) const {
    return k_ + 1 >= steps ? r(lr) : N(r(lr) * ratio(like_, k_ + 1, steps));
  }
  N anneal(const OneCycleRate& s, const N& from, const N& to, const N& way) const {
    return s.anneal_strategy == "cos" ? N(to + (from - to) * bell(way)) : N((to - from) * way + from);
  }
  Truth is_better(const PlateauRate& s, const N& metric, const N& best) const {
    const N step = r(s.threshold), one(Index{1});
    if (s.mode == "min") return less(metric, s.threshold_mode == "rel" ? N(best * (one - step)) : N(best - step));
    return less(s.threshold_mode == "rel" ? N(best * (one + step)) : N(best + step), metric);
  }

  Index k_;
  std::span<const double> metrics_;
  const N& like_;
};

template <Number N>
N rate(const Schedule& schedule, Index k, std::span<const double> metrics, const N& like) {
  return std::visit(RateFormula<N>(k, metrics, like), schedule);
}

}  // namespace plumbline::spec
