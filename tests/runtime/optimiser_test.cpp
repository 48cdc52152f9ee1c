// Optimiser steps against cases that are exact by hand, and their independence of threads.
#include "runtime/optim/optimiser.h"

#include <gtest/gtest.h>

#include <random>

namespace plumbline::runtime {
namespace {

OptimiserState create(const spec::Optimiser& o, std::vector<Index> sizes) {
  return spec::value_or_throw(OptimiserState::create(o, std::move(sizes)));
}

struct Steps {
  std::vector<float> p, g;
  void step(OptimiserState& o) {
    Workers workers(1);
    float* const ps[] = {p.data()};
    const float* const gs[] = {g.data()};
    o.step(workers, ps, gs);
  }
};

TEST(Optimiser, SgdPlain) {
  auto o = create(spec::Sgd{.lr = 0.5}, {2});
  Steps r{{1, 2}, {4, -8}};
  r.step(o);
  EXPECT_EQ(r.p, (std::vector<float>{-1, 6}));
}

TEST(Optimiser, SgdMomentumDampeningDecay) {
  auto o = create(spec::Sgd{.lr = 0.5, .momentum = 0.5, .dampening = 0.25, .weight_decay = 0.5}, {1});
  Steps r{{4}, {2}};
  r.step(o);  // d = 2 + 2 = 4, buf = 4, p = 4 − 2 = 2
  EXPECT_EQ(r.p[0], 2);
  EXPECT_EQ(o.state("buf", 0)[0], 4);
  r.step(o);  // d = 2 + 1 = 3, buf = 2 + 2.25 = 4.25, p = 2 − 2.125
  EXPECT_EQ(o.state("buf", 0)[0], 4.25f);
  EXPECT_EQ(r.p[0], -0.125f);
  EXPECT_EQ(o.steps(), 2);
}

TEST(Optimiser, SgdNesterov) {
  auto o = create(spec::Sgd{.lr = 0.5, .momentum = 0.5, .nesterov = true}, {1});
  Steps r{{4}, {2}};
  r.step(o);  // buf = 2, p = 4 − 0.5·(2 + 1)
  EXPECT_EQ(r.p[0], 2.5f);
}

TEST(Optimiser, AdamFirstStep) {
  auto o = create(spec::Adam{.lr = 0.5, .beta1 = 0.5, .beta2 = 0.75, .eps = 1}, {2});
  Steps r{{1, 1}, {3, -3}};
  r.step(o);  // m̂ = g, v̂ = g²: p − ½·(±3/4)
  EXPECT_EQ(r.p, (std::vector<float>{0.625f, 1.375f}));
  EXPECT_EQ(o.state("m", 0)[0], 1.5f);
  EXPECT_EQ(o.state("v", 0)[0], 2.25f);
}

TEST(Optimiser, AdamDecayActsOnTheGradientAndAdamwOnTheParameter) {
  auto adam = create(spec::Adam{.lr = 0.5, .beta1 = 0, .beta2 = 0, .eps = 1, .weight_decay = 1}, {1});
  Steps r{{2}, {1}};
  r.step(adam);  // g = 3: 2 − ½·¾
  EXPECT_EQ(r.p[0], 1.625f);
  auto adamw = create(spec::Adamw{.lr = 0.5, .beta1 = 0, .beta2 = 0, .eps = 1, .weight_decay = 1}, {1});
  Steps w{{2}, {1}};
  w.step(adamw);  // ½·2 − ½·½
  EXPECT_EQ(w.p[0], 0.75f);
}

TEST(Optimiser, PowersOfBetaDoNotUnderflowNearOne) {
  auto o = create(spec::Adam{.lr = 1, .beta1 = 0.9999999, .beta2 = 0.5, .eps = 1}, {1});
  Steps r{{0}, {1}};
  r.step(o);  // m̂ = 1 up to rounding, not 0/0
  EXPECT_LT(r.p[0], -0.4f);
  EXPECT_GT(r.p[0], -0.6f);
}

TEST(Optimiser, ThreadsDoNotMatter) {
  const std::vector<Index> sizes{100000, 1, 0, 40003};
  std::vector<std::vector<float>> results;
  for (int threads : {1, 2, 3, 8}) {
    std::mt19937 random(1);
    Workers workers(threads);
    auto o = create(spec::Adamw{}, sizes);
    std::vector<std::vector<float>> p, g;
    for (Index n : sizes) {
      p.emplace_back(), g.emplace_back();
      for (Index i = 0; i < n; ++i)
        p.back().push_back(std::normal_distribution<float>()(random)),
            g.back().push_back(std::normal_distribution<float>()(random));
    }
    for (int t = 0; t < 3; ++t) {
      float* const ps[] = {p[0].data(), p[1].data(), p[2].data(), p[3].data()};
      const float* const gs[] = {g[0].data(), g[1].data(), g[2].data(), g[3].data()};
      o.step(workers, ps, gs);
    }
    p[0].insert(p[0].end(), p[3].begin(), p[3].end());
    results.push_back(p[0]);
  }
  for (const auto& r : results) EXPECT_EQ(r, results[0]);
}

TEST(Optimiser, RefusesAttributes) {
  EXPECT_FALSE(OptimiserState::create(spec::Adam{.beta1 = 1.5}, std::vector<Index>{1}));
}

}  // namespace
}  // namespace plumbline::runtime
