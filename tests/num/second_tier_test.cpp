// The second tier: correct sums in many orders are never suspected, wrong ones below the proven bound are.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/num/suspicion.h"

namespace plumbline::test {
namespace {

using spec::Approx, spec::Claims, spec::Rounded, spec::Verdict;

constexpr double run_elements = spec::default_elements, false_alarm = spec::default_false_alarm;

TEST(SecondTier, correct_sums_of_drawn_data_are_never_suspected) {
  const double lambda = spec::lambda(false_alarm, run_elements);
  const Claims claims;
  Generator random(5);
  for (const Distribution& distribution : distributions) {
    SuspicionCount count;
    for (std::size_t n : {2, 3, 16, 63, 256, 1024})
      for (std::size_t i = 0; i < 40000 / n; ++i)
        count_suspicions(drawn(n, distribution, random), drawn(n, distributions[0], random), claims, lambda, random,
                         count);
    print(std::string(distribution.name), count);
    EXPECT_EQ(count.suspects, 0u);
    EXPECT_EQ(count.failures, 0u);
  }
}

// Orders that have much to do with the values: the energies of lanes and blocks cover them.
TEST(SecondTier, arranged_data_is_never_suspected_with_lane_energies) {
  const double lambda = spec::lambda(false_alarm, run_elements);
  Claims claims;
  claims.lane_energies = true;
  Generator random(6);
  const auto arranged = [&](int how, Floats x) {
    if (how == 0) std::sort(x.begin(), x.end());
    if (how == 1) std::partition(x.begin(), x.end(), [](float v) { return v > 0; });
    if (how == 2)
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 2 == 0 ? std::abs(x[i]) : -std::abs(x[i]);
    if (how == 3) std::sort(x.begin(), x.end(), [](float a, float b) { return std::abs(a) > std::abs(b); });
    return x;
  };
  const std::array<std::string, 4> names{"sorted", "positive then negative", "alternating", "falling magnitude"};
  for (int how = 0; how < 4; ++how) {
    SuspicionCount count;
    for (const Distribution& distribution : distributions)
      for (std::size_t n : {64, 1024, 8192})
        for (std::size_t i = 0; i < 16384 / n; ++i) {
          const Floats a = arranged(how, drawn(n, distribution, random));
          Floats b(n);
          for (float& v : b) v = static_cast<float>(std::uniform_real_distribution<double>(1, 2)(random));
          count_suspicions(a, b, claims, lambda, random, count);
        }
    print(names[static_cast<std::size_t>(how)], count);
    EXPECT_EQ(count.suspects, 0u) << names[static_cast<std::size_t>(how)];
    EXPECT_EQ(count.failures, 0u);
  }
}

// Which of the wrong results at n = 512 are refused: one part in 2^13, operands in fewer bits, a dropped term.
TEST(SecondTier, wrong_dot_products_are_refused) {
  const double lambda = spec::lambda(false_alarm, run_elements);
  const Claims claims;
  Generator random(9);
  const auto short_operand = [](float v) {
    return static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(v, 10 - std::ilogb(v))), std::ilogb(v) - 10));
  };
  std::array<int, 3> caught{};
  const int trials = 400;
  for (int i = 0; i < trials; ++i) {
    const Floats a = drawn(512, distributions[0], random), b = drawn(512, distributions[0], random);
    const auto expected = expected_dot(a, b, claims);
    const auto refused = [&](double got) {
      return spec::judge(expected, static_cast<float>(got), lambda).verdict != Verdict::pass;
    };
    const double exact = expected.exact.centre(), last = static_cast<double>(a[511]) * b[511];
    double narrow = 0;
    for (std::size_t k = 0; k < a.size(); ++k) narrow += static_cast<double>(short_operand(a[k])) * short_operand(b[k]);
    caught[0] += refused(exact * (1 + 0x1p-13)), caught[1] += refused(narrow), caught[2] += refused(exact - last);
  }
  std::printf("refused of %d: one part in 2^13 %d, 11-bit operands %d, dropped last term %d\n", trials, caught[0],
              caught[1], caught[2]);
  for (int c : caught) EXPECT_GT(c, trials * 3 / 4);
}

TEST(SecondTier, lambda_meets_the_false_alarm_budget) {
  const double l = spec::lambda(false_alarm, run_elements);
  EXPECT_LE(run_elements * 2 * std::exp(-l * l / 2), false_alarm * (1 + 0x1p-40));
  EXPECT_GT(spec::lambda(false_alarm, 2 * run_elements), l);
}

}  // namespace
}  // namespace plumbline::test
