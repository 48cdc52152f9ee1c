// A left fold in float of many small positive terms stagnates: that is no reason for suspicion [tier B6].
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;

Verdict verdict_of_left_fold(Index n, double (*term)(double), const char* order) {
  std::mt19937_64 bits(11);
  std::normal_distribution<double> normal;
  const Values x =
      Values::generate({1, n}, [&](Index) { return static_cast<double>(static_cast<float>(term(normal(bits)))); });
  float total = 0;
  for (double v : x.elements()) total += static_cast<float>(v);
  const auto op = spec::value_or_throw(spec::Catalogue::builtin().parse("sum", {{"axes", "[1]"}}));
  spec::Claims claims;
  EXPECT_TRUE(spec::set_claim(claims, "order", order));
  JudgeOptions options;
  options.any_method = true;
  options.run_elements = 1;
  return judge_op(op, {x}, Values({1}, {double{total}}), claims, options).verdict;
}

TEST(AbsorbedTerms, ALongLeftFoldOfPositiveTermsIsNotSuspected) {
  for (const char* order : {"any", "left"}) {
    EXPECT_EQ(verdict_of_left_fold(1000000, [](double z) { return z * z; }, order), Verdict::pass) << order;
    EXPECT_EQ(verdict_of_left_fold(1000000, [](double z) { return std::exp(2 * z); }, order), Verdict::pass) << order;
    const auto probability = [](double z) { return std::exp(3 * z - 12); };
    EXPECT_EQ(verdict_of_left_fold(64000, probability, order), Verdict::pass) << order;
  }
}

}  // namespace
}  // namespace plumbline::crosscheck
