// Bugs of schedules: one update off, forgotten attributes, warm-ups that begin with 0, another curve.
#include <algorithm>

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Schedule;

namespace {

using Rates = std::vector<double>;

// The right schedule with attributes changed before, or rates after.
class Bent final : public ScheduleSubject {
 public:
  using Before = std::function<void(Schedule&)>;
  using After = std::function<void(const Schedule&, Rates& rates)>;
  Bent(Before before, After after) : before_(std::move(before)), after_(std::move(after)) {}
  std::string name() const override { return "cpu with a bug"; }
  spec::Claims claims() const override { return base_->claims(); }
  spec::Result<Rates> rates(const Schedule& schedule, const Rates& metrics) override {
    auto right = base_->rates(schedule, metrics);
    if (!right) return right;
    Schedule other = schedule;
    if (before_) before_(other);
    auto wrong = base_->rates(other, metrics);
    if (!wrong) return right;
    if (after_) after_(schedule, *wrong);
    return wrong;
  }

 private:
  const std::shared_ptr<ScheduleSubject> base_ = cpu_schedule_subject();
  const Before before_;
  const After after_;
};

void plant(std::vector<Mutant>& list, std::string_view op, std::string_view name, std::string_view bug,
           Bent::Before before, Bent::After after = {}) {
  Mutant m;
  m.name = spec::concat(op, '/', name), m.op = op, m.bug = bug, m.stage = Stage::schedule;
  m.schedule = std::make_shared<Bent>(std::move(before), std::move(after));
  list.push_back(std::move(m));
}
template <class S>
void attribute(std::vector<Mutant>& list, std::string_view name, std::string_view bug, std::function<void(S&)> change) {
  plant(list, S::name, name, bug, [=](Schedule& s) { change(std::get<S>(s)); });
}

void plant_common(std::vector<Mutant>& list, std::string_view op) {
  plant(list, op, "one_late", "each update takes the rate of the one before", {},
        [](const Schedule&, Rates& r) { std::rotate(r.begin(), r.end() - 1, r.end()), r.front() = r[1]; });
  plant(list, op, "one_early", "each update takes the rate of the next", {},
        [](const Schedule&, Rates& r) { r.erase(r.begin()), r.push_back(r.back()); });
  plant(list, op, "in_float", "rates in float32", {}, [](const Schedule&, Rates& r) {
    for (double& x : r) x = f32(x);
  });
  plant(list, op, "constant", "the first rate for ever", {},
        [](const Schedule&, Rates& r) { std::fill(r.begin(), r.end(), r.front()); });
}

void plant_decays(std::vector<Mutant>& list) {
  using namespace spec;
  attribute<ConstantRate>(list, "factor_missing", "the factor is ignored", [](ConstantRate& s) { s.factor = 1; });
  attribute<StepRate>(list, "step_of_one", "decays at every update", [](StepRate& s) { s.step_size = 1; });
  attribute<StepRate>(list, "gamma_default", "gamma is always 0.1", [](StepRate& s) { s.gamma = 0.1; });
  attribute<MultiStepRate>(list, "first_only", "only the first milestone", [](MultiStepRate& s) {
    if (s.milestones.size() > 1) s.milestones.resize(1);
  });
  attribute<MultiStepRate>(list, "after_milestones", "decays after a milestone, not at it", [](MultiStepRate& s) {
    for (Index& m : s.milestones) ++m;
  });
  attribute<ExponentialRate>(list, "gamma_squared", "gamma² for gamma", [](ExponentialRate& s) { s.gamma *= s.gamma; });
  attribute<PolynomialRate>(list, "linear", "power 1", [](PolynomialRate& s) { s.power = 1; });
  attribute<PolynomialRate>(list, "one_longer", "total_iters + 1", [](PolynomialRate& s) { ++s.total_iters; });
}

// lr k/steps for the first updates.
void start_at_zero(double lr, Index steps, Rates& r) {
  for (Index k = 0; k < steps && k < static_cast<Index>(r.size()); ++k)
    r[static_cast<std::size_t>(k)] = lr * static_cast<double>(k) / static_cast<double>(steps);
}

void plant_curves(std::vector<Mutant>& list) {
  using namespace spec;
  attribute<CosineRate>(list, "floor_missing", "eta_min is 0", [](CosineRate& s) { s.eta_min = 0; });
  attribute<CosineRate>(list, "period_doubled", "cos(π k/2T)", [](CosineRate& s) { s.T_max *= 2; });
  plant(list, "cosine", "stays_low", "stays at eta_min after T_max", {}, [](const Schedule& s, Rates& r) {
    const auto& c = std::get<CosineRate>(s);
    for (std::size_t k = 0; k < r.size(); ++k)
      if (static_cast<Index>(k) > c.T_max) r[k] = c.eta_min;
  });
  attribute<WarmRestartsRate>(list, "periods_equal", "T_mult is ignored", [](WarmRestartsRate& s) { s.T_mult = 1; });
  attribute<WarmRestartsRate>(list, "floor_missing", "eta_min is 0", [](WarmRestartsRate& s) { s.eta_min = 0; });
  plant(list, "linear_warmup", "starts_at_zero", "the first update takes 0", {}, [](const Schedule& s, Rates& r) {
    const auto& w = std::get<LinearWarmupRate>(s);
    start_at_zero(w.lr, w.warmup_steps, r);
  });
  plant(list, "warmup_cosine", "starts_at_zero", "the first update takes 0", {}, [](const Schedule& s, Rates& r) {
    const auto& w = std::get<WarmupCosineRate>(s);
    start_at_zero(w.lr, w.warmup_steps, r);
  });
  attribute<WarmupCosineRate>(list, "floor_missing", "eta_min is 0", [](WarmupCosineRate& s) { s.eta_min = 0; });
  attribute<WarmupCosineRate>(list, "one_longer", "total_steps + 1", [](WarmupCosineRate& s) { ++s.total_steps; });
}

void plant_cycles(std::vector<Mutant>& list) {
  using namespace spec;
  attribute<OneCycleRate>(list, "linear", "always straight", [](OneCycleRate& s) { s.anneal_strategy = "linear"; });
  attribute<OneCycleRate>(list, "two_phases", "three_phase is ignored", [](OneCycleRate& s) { s.three_phase = false; });
  attribute<OneCycleRate>(list, "div_default", "div_factor is always 25", [](OneCycleRate& s) { s.div_factor = 25; });
  attribute<OneCycleRate>(list, "rise_longer", "the rise takes one update more",
                          [](OneCycleRate& s) { s.pct_start += 1 / static_cast<double>(s.total_steps); });
  attribute<CyclicRate>(list, "triangular", "always triangular", [](CyclicRate& s) { s.mode = "triangular"; });
  attribute<CyclicRate>(list, "halves_swapped", "up for down",
                        [](CyclicRate& s) { std::swap(s.step_size_up, s.step_size_down); });
  attribute<CyclicRate>(list, "base_zero", "cycles begin at 0", [](CyclicRate& s) { s.base_lr = 0; });
  attribute<PlateauRate>(list, "other_mode", "min for max",
                         [](PlateauRate& s) { s.mode = s.mode == "min" ? "max" : "min"; });
  attribute<PlateauRate>(list, "impatient", "patience − 1", [](PlateauRate& s) { s.patience -= s.patience > 0; });
  attribute<PlateauRate>(list, "patient", "patience + 1", [](PlateauRate& s) { ++s.patience; });
  attribute<PlateauRate>(list, "never_cools", "cooldown is ignored", [](PlateauRate& s) { s.cooldown = 0; });
  attribute<PlateauRate>(list, "relative", "the threshold is always relative",
                         [](PlateauRate& s) { s.threshold_mode = "rel"; });
  attribute<PlateauRate>(list, "no_floor", "min_lr is ignored", [](PlateauRate& s) { s.min_lr = 0; });
  attribute<PlateauRate>(list, "threshold_missing", "any gain counts", [](PlateauRate& s) { s.threshold = 0; });
}

}  // namespace

void add_schedule_bugs(std::vector<Mutant>& list) {
  for (const Schedule& kind : spec::all_schedules()) plant_common(list, name_of(kind));
  plant_decays(list);
  plant_curves(list);
  plant_cycles(list);
}

}  // namespace plumbline::crosscheck
