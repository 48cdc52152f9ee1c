// Worked examples of schedules, and what they refuse.
#include <gtest/gtest.h>

#include "runtime/optim/schedule.h"
#include "spec/layers/schedules.h"
#include "spec/num/rational.h"

namespace plumbline::spec {
namespace {

Rational rate_of(const Schedule& s, Index k, const std::vector<double>& metrics = {}) {
  const Rational like(Index{0});
  return rate(s, k, metrics, like);
}
Rational q(Index p, Index d = 1) { return ratio(Rational(Index{0}), p, d); }

TEST(Schedules, WarmUpNeverBeginsWithZero) {
  const LinearWarmupRate warm{.lr = 1, .warmup_steps = 4};
  for (Index k = 0; k < 4; ++k) EXPECT_EQ(rate_of(warm, k).text(), q(k + 1, 4).text());
  EXPECT_EQ(rate_of(warm, 9).text(), q(1).text());
  const WarmupCosineRate both{.lr = 2, .warmup_steps = 4, .total_steps = 8};
  EXPECT_EQ(rate_of(both, 0).text(), q(1, 2).text());
  EXPECT_EQ(rate_of(both, 8).text(), q(0).text());
}

TEST(Schedules, CyclesAreTriangles) {
  const CyclicRate s{.base_lr = 0, .max_lr = 1, .step_size_up = 2, .step_size_down = 4};
  const std::vector<Rational> expected{q(0), q(1, 2), q(1), q(3, 4), q(1, 2), q(1, 4), q(0)};
  for (std::size_t k = 0; k < expected.size(); ++k)
    EXPECT_EQ(rate_of(s, static_cast<Index>(k)).text(), expected[k].text());
}

TEST(Schedules, PlateausWaitForTheirPatience) {
  const PlateauRate s{.lr = 1, .factor = 0.5, .patience = 1, .threshold = 0};
  const std::vector<double> metrics{3, 3, 3, 2, 2, 2};
  const std::vector<Rational> expected{q(1), q(1), q(1), q(1, 2), q(1, 2), q(1, 2), q(1, 4)};
  auto state = value_or_throw(runtime::ScheduleState::create(s));
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_EQ(rate_of(s, static_cast<Index>(k), metrics).text(), expected[k].text());
    EXPECT_EQ(Rational(state.rate()).text(), expected[k].text());
    if (k < metrics.size()) state.step(metrics[k]);
  }
}

TEST(Schedules, Refuse) {
  EXPECT_FALSE(validate(StepRate{.step_size = 0}));
  EXPECT_FALSE(validate(MultiStepRate{.milestones = {3, 2}}));
  EXPECT_FALSE(validate(CyclicRate{.mode = "square"}));
  EXPECT_FALSE(validate(WarmupCosineRate{.warmup_steps = 5, .total_steps = 5}));
  EXPECT_FALSE(parse_schedule("cosin", {}));
  EXPECT_TRUE(parse_schedule("cosine", {{"T_max", "7"}}));
}

}  // namespace
}  // namespace plumbline::spec
