// Elements beside infinities: what the limit is held to, and what it forgives.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "crosscheck/judge/judge.h"
#include "spec/graph/catalogue.h"

namespace plumbline::crosscheck {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

spec::Op op_of(const std::string& name, const spec::Attributes& attributes) {
  return spec::value_or_throw(spec::Catalogue::builtin().parse(name, attributes));
}

Verdict verdict_of(const spec::Op& op, const std::vector<Values>& in, const Values& got, const spec::Format& format) {
  JudgeOptions options;
  options.vacuity = false, options.tier = Tier::proof;
  return judge_op(op, in, got, spec::Claims::in(format), options).verdict;
}

// One step of an lstm whose cell is infinite, behind a forget gate σ(−176) that no binary32 holds: c = f ∞ + i g.
// The output gate σ(−182 + 160) has the rounding errors of terms of size 182, which the limit's bound knows.
struct InfiniteCell {
  const spec::Op op = op_of("lstm", {{"bias", "false"}});
  const std::vector<Values> in{Values({1, 2}, {1, 1}), Values({4, 2}, {0, 0, -176, 0, 0, 0, -182, 160}),
                               Values({4, 1}, {0, 0, 0, 0}), Values({1}, {0}), Values({1}, {inf})};
  const double gate = 1 / (1 + std::exp(22.0));

  Verdict of(double h) const { return verdict_of(op, in, Values({1, 1}, {h}), spec::binary32); }
};

TEST(Infinities, ALimitIsHeldToTheBoundOfStandInsThatReachIt) {
  const InfiniteCell cell;
  EXPECT_EQ(cell.of(static_cast<float>(cell.gate)), Verdict::pass);
  EXPECT_EQ(cell.of(static_cast<float>(cell.gate * (1 + 0x1p-18))), Verdict::pass);  // another order of the two terms
  EXPECT_EQ(cell.of(8 * cell.gate), Verdict::fail);
  EXPECT_EQ(cell.of(1), Verdict::fail);
}

// h₀ = 0 against a weight of −∞ is NaN in IEEE arithmetic and 0 as a limit: either stands.
TEST(Infinities, AZeroBesideAnInfiniteWeightIsZeroOrUndefined) {
  const spec::Op op = op_of("rnn", {{"nonlinearity", "relu"}, {"bias", "false"}});
  const std::vector<Values> in{Values({1, 1}, {1}), Values({2, 1}, {1, 0}), Values({2, 2}, {0, 0, -inf, 0})};
  const auto of = [&](double h1) { return verdict_of(op, in, Values({1, 2}, {1, h1}), spec::binary64); };
  EXPECT_EQ(of(0), Verdict::pass);
  EXPECT_EQ(of(std::nan("")), Verdict::pass);
  EXPECT_EQ(of(1), Verdict::fail);
}

// A limit that exists is demanded: e^−∞ = 0.
TEST(Infinities, WhatTheLimitIsNotFails) {
  const std::vector<Values> in{Values({3}, {0, -inf, 1})};
  const auto of = [&](double at_infinity) {
    const double e = std::exp(1.0);
    const Values got({3}, {static_cast<float>(1 / (1 + e)), at_infinity, static_cast<float>(e / (1 + e))});
    return verdict_of(op_of("softmax", {}), in, got, spec::binary32);
  };
  EXPECT_EQ(of(0), Verdict::pass);
  EXPECT_EQ(of(0x1p-20), Verdict::fail);
  EXPECT_EQ(of(std::nan("")), Verdict::fail);
}

}  // namespace
}  // namespace plumbline::crosscheck
