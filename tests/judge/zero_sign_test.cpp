// Signs of zeros are judged where the op says that IEEE 754's are meant.
#include <gtest/gtest.h>

#include <cmath>

#include "crosscheck/judge/judge.h"
#include "spec/graph/catalogue.h"

namespace plumbline::crosscheck {
namespace {

Verdict verdict(const std::string& name, const std::vector<Values>& in, double got) {
  static const spec::Catalogue catalogue = spec::Catalogue::builtin();
  JudgeOptions options;
  options.tier = Tier::proof;
  options.vacuity = false;
  return judge_op(spec::value_or_throw(catalogue.parse(name, {})), in, Values({1}, {got}), spec::Claims(), options)
      .verdict;
}

TEST(ZeroSign, IsJudgedWhereTheOpSaysSo) {
  const Values zero({1}, {0.0}), minus({1}, {-0.0}), two({1}, {2.0});
  EXPECT_EQ(verdict("mul", {minus, two}, -0.0), Verdict::pass);
  EXPECT_EQ(verdict("mul", {minus, two}, 0.0), Verdict::fail);
  EXPECT_EQ(verdict("neg", {zero}, -0.0), Verdict::pass);
  EXPECT_EQ(verdict("neg", {zero}, 0.0), Verdict::fail);
  EXPECT_EQ(verdict("relu", {minus}, 0.0), Verdict::pass);
  EXPECT_EQ(verdict("relu", {minus}, -0.0), Verdict::pass);
}

}  // namespace
}  // namespace plumbline::crosscheck
