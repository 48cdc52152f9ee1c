// Learning-rate schedules: their attributes, as PyTorch names them, and the constraints on them.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spec/lang/attributes.h"

namespace plumbline::spec {

// The rate of update k = 0, 1, 2, … is what PyTorch's scheduler of the name in the comment gives after k calls of step.
// ConstantLR
struct ConstantRate {
  double lr = 1e-3, factor = 1;
  Index total_iters = 5;
  static constexpr std::string_view name = "constant", summary = "lr factor for total_iters updates, then lr";
  bool operator==(const ConstantRate&) const = default;
};
// StepLR
struct StepRate {
  double lr = 1e-3;
  Index step_size = 30;
  double gamma = 0.1;
  static constexpr std::string_view name = "step", summary = "lr gamma^floor(k / step_size)";
  bool operator==(const StepRate&) const = default;
};
// MultiStepLR
struct MultiStepRate {
  double lr = 1e-3;
  Axes milestones;
  double gamma = 0.1;
  static constexpr std::string_view name = "multi_step", summary = "lr gamma^(number of milestones up to k)";
  bool operator==(const MultiStepRate&) const = default;
};
// ExponentialLR
struct ExponentialRate {
  double lr = 1e-3, gamma = 0.9;
  static constexpr std::string_view name = "exponential", summary = "lr gamma^k";
  bool operator==(const ExponentialRate&) const = default;
};
// CosineAnnealingLR
struct CosineRate {
  double lr = 1e-3;
  Index T_max = 100;
  double eta_min = 0;
  static constexpr std::string_view name = "cosine", summary = "eta_min + (lr - eta_min) (1 + cos(pi k / T_max)) / 2";
  bool operator==(const CosineRate&) const = default;
};
// CosineAnnealingWarmRestarts
struct WarmRestartsRate {
  double lr = 1e-3;
  Index T_0 = 10, T_mult = 1;
  double eta_min = 0;
  static constexpr std::string_view name = "cosine_warm_restarts",
                                    summary = "cosine over T_0 updates, then T_0 T_mult, T_0 T_mult^2, ...";
  bool operator==(const WarmRestartsRate&) const = default;
};
// The first update takes lr/warmup_steps, never 0.
struct LinearWarmupRate {
  double lr = 1e-3;
  Index warmup_steps = 100;
  static constexpr std::string_view name = "linear_warmup", summary = "lr min(1, (k + 1) / warmup_steps)";
  bool operator==(const LinearWarmupRate&) const = default;
};
// The first update takes lr/warmup_steps, never 0; from total_steps on the rate is eta_min.
struct WarmupCosineRate {
  double lr = 1e-3;
  Index warmup_steps = 100, total_steps = 1000;
  double eta_min = 0;
  static constexpr std::string_view name = "warmup_cosine",
                                    summary = "linear_warmup, then a cosine down to eta_min at total_steps";
  bool operator==(const WarmupCosineRate&) const = default;
};
// OneCycleLR; k is below total_steps, and the last rate is kept.
struct OneCycleRate {
  double max_lr = 1e-2;
  Index total_steps = 100;
  double pct_start = 0.3;
  std::string anneal_strategy = "cos";  // or linear
  double div_factor = 25, final_div_factor = 1e4;
  bool three_phase = false;
  static constexpr std::string_view name = "one_cycle",
                                    summary = "max_lr / div_factor up to max_lr, down to that over final_div_factor";
  bool operator==(const OneCycleRate&) const = default;
};
// CyclicLR
struct CyclicRate {
  double base_lr = 1e-4, max_lr = 1e-2;
  Index step_size_up = 2000, step_size_down = 2000;
  std::string mode = "triangular";  // or triangular2, exp_range
  double gamma = 1;
  static constexpr std::string_view name = "cyclic", summary = "up from base_lr to max_lr and down again, in cycles";
  bool operator==(const CyclicRate&) const = default;
};
// PolynomialLR
struct PolynomialRate {
  double lr = 1e-3;
  Index total_iters = 5;
  double power = 1;
  static constexpr std::string_view name = "polynomial", summary = "lr (1 - min(k, total_iters) / total_iters)^power";
  bool operator==(const PolynomialRate&) const = default;
};
// ReduceLROnPlateau: the rate of update k follows the metrics of updates 0 … k − 1.
struct PlateauRate {
  double lr = 1e-3;
  std::string mode = "min";  // or max: which metrics are better
  double factor = 0.1;
  Index patience = 10;
  double threshold = 1e-4;
  std::string threshold_mode = "rel";  // or abs
  Index cooldown = 0;
  double min_lr = 0, eps = 1e-8;
  static constexpr std::string_view name = "reduce_on_plateau",
                                    summary = "lr factor where the metric was not better for over patience updates";
  bool operator==(const PlateauRate&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConstantRate, (), (lr, factor, total_iters))
BOOST_DESCRIBE_STRUCT(StepRate, (), (lr, step_size, gamma))
BOOST_DESCRIBE_STRUCT(MultiStepRate, (), (lr, milestones, gamma))
BOOST_DESCRIBE_STRUCT(ExponentialRate, (), (lr, gamma))
BOOST_DESCRIBE_STRUCT(CosineRate, (), (lr, T_max, eta_min))
BOOST_DESCRIBE_STRUCT(WarmRestartsRate, (), (lr, T_0, T_mult, eta_min))
BOOST_DESCRIBE_STRUCT(LinearWarmupRate, (), (lr, warmup_steps))
BOOST_DESCRIBE_STRUCT(WarmupCosineRate, (), (lr, warmup_steps, total_steps, eta_min))
BOOST_DESCRIBE_STRUCT(OneCycleRate, (), (max_lr, total_steps, pct_start, anneal_strategy, div_factor,
                      final_div_factor, three_phase))
BOOST_DESCRIBE_STRUCT(CyclicRate, (), (base_lr, max_lr, step_size_up, step_size_down, mode, gamma))
BOOST_DESCRIBE_STRUCT(PolynomialRate, (), (lr, total_iters, power))
BOOST_DESCRIBE_STRUCT(PlateauRate, (), (lr, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr, eps))

using Schedule = std::variant<ConstantRate, StepRate, MultiStepRate, ExponentialRate, CosineRate, WarmRestartsRate,
                              LinearWarmupRate, WarmupCosineRate, OneCycleRate, CyclicRate, PolynomialRate,
                              PlateauRate>;

// `cosine lr=0.1 T_max=50 eta_min=0`
std::string print(const Schedule& schedule);
std::string_view name_of(const Schedule& schedule);
// Unset attributes take their defaults; `unknown schedule cosin; did you mean cosine?`
Result<Schedule> parse_schedule(std::string_view name, const Attributes& attributes);
std::vector<Schedule> all_schedules();

// Rates, factors and powers are finite and not negative; numbers of updates are positive; words are known; warm-up is
// not longer than the whole; milestones do not decrease; phases of a cycle are not empty.
Result<void> validate(const Schedule& schedule);  // [schedule C1..C5]

}  // namespace plumbline::spec
