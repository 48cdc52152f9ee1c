// Rates in double.
#include "runtime/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace plumbline::runtime {
namespace {

double real(Index n) { return static_cast<double>(n); }
double power(double base, Index n) { return n == 0 ? 1 : std::pow(base, real(n)); }

// (1 + cos πx)/2
double bell(double x) { return (1 + std::cos(std::numbers::pi * x)) / 2; }
double cosine(double hi, double lo, Index at, Index size) { return lo + (hi - lo) * bell(real(at) / real(size)); }
double warmup(double lr, Index k, Index steps) { return k + 1 >= steps ? lr : lr * (real(k + 1) / real(steps)); }

struct Rate {
  Index k;

  double operator()(const spec::ConstantRate& s) const { return k < s.total_iters ? s.lr * s.factor : s.lr; }
  double operator()(const spec::StepRate& s) const { return s.lr * power(s.gamma, k / s.step_size); }
  double operator()(const spec::MultiStepRate& s) const {
    const auto passed = std::upper_bound(s.milestones.begin(), s.milestones.end(), k) - s.milestones.begin();
    return s.lr * power(s.gamma, passed);
  }
  double operator()(const spec::ExponentialRate& s) const { return s.lr * power(s.gamma, k); }
  double operator()(const spec::CosineRate& s) const { return cosine(s.lr, s.eta_min, k, s.T_max); }
  double operator()(const spec::WarmRestartsRate& s) const {
    if (s.T_mult == 1) return cosine(s.lr, s.eta_min, k % s.T_0, s.T_0);
    Index start = 0, period = s.T_0;
    while (k - start >= period) start += period, period *= s.T_mult;
    return cosine(s.lr, s.eta_min, k - start, period);
  }
  double operator()(const spec::LinearWarmupRate& s) const { return warmup(s.lr, k, s.warmup_steps); }
  double operator()(const spec::WarmupCosineRate& s) const {
    if (k < s.warmup_steps) return warmup(s.lr, k, s.warmup_steps);
    if (k >= s.total_steps) return s.eta_min;
    return cosine(s.lr, s.eta_min, k - s.warmup_steps, s.total_steps - s.warmup_steps);
  }
  double operator()(const spec::OneCycleRate& s) const {
    const double start = s.max_lr / s.div_factor, least = start / s.final_div_factor;
    const double at = real(std::min(k, s.total_steps - 1)), last = real(s.total_steps - 1);
    const double up = s.pct_start * real(s.total_steps) - 1;
    const auto anneal = [&](double from, double to, double way) {
      return s.anneal_strategy == "cos" ? to + (from - to) * bell(way) : (to - from) * way + from;
    };
    if (at <= up) return anneal(start, s.max_lr, at / up);
    if (!s.three_phase) return anneal(s.max_lr, least, (at - up) / (last - up));
    const double down = 2 * s.pct_start * real(s.total_steps) - 2;
    if (at <= down) return anneal(s.max_lr, start, (at - up) / (down - up));
    return anneal(start, least, (at - down) / (last - down));
  }
  double operator()(const spec::CyclicRate& s) const {
    const Index whole = s.step_size_up + s.step_size_down, at = k % whole;
    const double way =
        at <= s.step_size_up ? real(at) / real(s.step_size_up) : real(whole - at) / real(s.step_size_down);
    const double height = (s.max_lr - s.base_lr) * way;
    if (s.mode == "triangular2") return s.base_lr + height * power(0.5, k / whole);
    if (s.mode == "exp_range") return s.base_lr + height * power(s.gamma, k);
    return s.base_lr + height;
  }
  double operator()(const spec::PolynomialRate& s) const {
    if (k >= s.total_iters) return s.power == 0 ? s.lr : 0;
    const double left = real(s.total_iters - k) / real(s.total_iters);
    return s.lr * (s.power == 1 ? left : std::pow(left, s.power));
  }
  double operator()(const spec::PlateauRate& s) const { return s.lr; }  // before any metric
};

bool is_better(const spec::PlateauRate& s, double metric, double best) {
  const bool relative = s.threshold_mode == "rel";
  if (s.mode == "min") return metric < (relative ? best * (1 - s.threshold) : best - s.threshold);
  return metric > (relative ? best * (1 + s.threshold) : best + s.threshold);
}

}  // namespace

Result<ScheduleState> ScheduleState::create(const spec::Schedule& schedule) {
  if (auto ok = spec::validate(schedule); !ok) return tl::unexpected(ok.error());
  ScheduleState state(schedule);
  if (const auto* s = std::get_if<spec::PlateauRate>(&schedule)) state.lr_ = s->lr;
  return state;
}

double ScheduleState::rate() const {
  return std::holds_alternative<spec::PlateauRate>(schedule_) ? lr_ : std::visit(Rate{k_}, schedule_);
}

void ScheduleState::step(double metric) {
  const bool first = k_++ == 0;
  const auto* s = std::get_if<spec::PlateauRate>(&schedule_);
  if (s == nullptr) return;
  if (first || is_better(*s, metric, best_))
    best_ = metric, bad_ = 0;
  else
    ++bad_;
  if (cooling_ > 0) --cooling_, bad_ = 0;
  if (bad_ <= s->patience) return;
  const double lower = std::max(lr_ * s->factor, s->min_lr);
  if (lr_ - lower > s->eps) lr_ = lower;
  cooling_ = s->cooldown, bad_ = 0;
}

spec::Claims schedule_claims() {
  spec::Claims c = spec::Claims::in(spec::binary64);
  c.fma = false;
  c.ulps[static_cast<std::size_t>(spec::Function::cos)] = 1;
  c.ulps[static_cast<std::size_t>(spec::Function::pow)] = 1;
  return c;
}

std::vector<double> ScheduleState::position() const { return {real(k_), lr_, best_, real(bad_), real(cooling_)}; }

Result<void> ScheduleState::set_position(const std::vector<double>& position) {
  if (position.size() != 5) return spec::fail("[schedule] position: found ", position.size(), " numbers, expected 5");
  constexpr double most = 1LL << 53;
  for (const std::size_t i : {std::size_t{0}, std::size_t{3}, std::size_t{4}})
    if (!(position[i] >= 0 && position[i] <= most && position[i] == std::trunc(position[i])))
      return spec::fail("[schedule] position: found ", position[i], " as number ", i, ", expected a count");
  k_ = static_cast<Index>(position[0]), lr_ = position[1], best_ = position[2];
  bad_ = static_cast<Index>(position[3]), cooling_ = static_cast<Index>(position[4]);
  return {};
}

}  // namespace plumbline::runtime
