// Initial values against published vectors and by hand, and plans that are refused.
#include "runtime/init/initialise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "spec/lang/random.h"

namespace plumbline::runtime {
namespace {

std::vector<float> fill(const spec::Initialiser& scheme, const Shape& shape, std::uint64_t seed = 1,
                        std::uint64_t stream = 0) {
  std::vector<float> out(static_cast<std::size_t>(shape.size()));
  const std::span<float> views[] = {out};
  const auto ok = initialise({seed, StreamScheme::separate, {{"w", shape, scheme, stream}}}, views);
  EXPECT_TRUE(ok) << (ok ? "" : ok.error().what());
  return out;
}

TEST(Initialise, ExactSchemes) {
  EXPECT_EQ(fill(spec::ZerosInit{}, {2, 2}), (std::vector<float>{0, 0, 0, 0}));
  EXPECT_EQ(fill(spec::OnesInit{}, {3}), (std::vector<float>{1, 1, 1}));
  EXPECT_EQ(fill(spec::ConstantInit{0.1}, {1}), (std::vector<float>{0.1f}));
  EXPECT_EQ(fill(spec::FlatInit{{1, 2, 3}}, {3}), (std::vector<float>{1, 2, 3}));
}

TEST(Initialise, PublishedDraw) {
  EXPECT_EQ(static_cast<std::uint32_t>(spec::draw(0x25114ed53327345au, 0)), 4294967295u);
}

TEST(Initialise, UniformIsTheImageOfTheDrawsInFloat) {
  const auto x = fill(spec::UniformInit{-0.25, 0.75}, {100}, 7, 3);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float u = spec::unit(spec::draw(spec::key(7, 3), i));
    EXPECT_EQ(x[i], -0.25f + (0.75f - -0.25f) * u);
  }
}

TEST(Initialise, LimitsComeFromTheFans) {
  const auto within = [](const std::vector<float>& x, double limit) {
    for (float v : x)
      if (std::abs(v) > static_cast<float>(limit)) return false;
    return true;
  };
  EXPECT_TRUE(within(fill(spec::XavierUniformInit{}, {30, 70}), std::sqrt(6.0 / 100)));
  EXPECT_TRUE(within(fill(spec::KaimingUniformInit{}, {40, 6, 5, 5}), std::sqrt(6.0 / 150)));
  EXPECT_FALSE(within(fill(spec::KaimingUniformInit{1, "fan_out"}, {10, 60, 5, 5}), std::sqrt(6.0 / 1500)));
}

TEST(Initialise, SeedsAndStreamsDoNotAlias) {
  const spec::Initialiser uniform = spec::UniformInit{};
  EXPECT_NE(fill(uniform, {8}, 1, 2), fill(uniform, {8}, 2, 1));
  EXPECT_NE(fill(uniform, {8}, 1, 2), fill(uniform, {8}, 1, 3));
  EXPECT_EQ(fill(uniform, {8}, 1, 2), fill(uniform, {8}, 1, 2));
}

TEST(Initialise, NormalIsFiniteAndSpread) {
  const auto x = fill(spec::NormalInit{2, 3}, {1000});
  double low = x[0], high = x[0];
  for (float v : x) low = std::min<double>(low, v), high = std::max<double>(high, v);
  EXPECT_TRUE(std::isfinite(low) && std::isfinite(high));
  EXPECT_LT(low, 2 - 3);
  EXPECT_GT(high, 2 + 3);
}

TEST(Initialise, APlanIsRefusedAsAWholeAndNothingChanges) {
  std::vector<float> a(4, 5.0f), b(4, 5.0f);
  const std::span<float> views[] = {a, b};
  const auto message = [&](const Initialisation& plan) { return std::string(initialise(plan, views).error().what()); };
  const ParameterInit ones{"a", {4}, spec::OnesInit{}, 0};
  EXPECT_NE(message({1, {}, {ones, {"b", {4}, spec::XavierUniformInit{}, 0}}}).find("parameter b: "),
            std::string::npos);
  EXPECT_EQ(message({1, {}, {ones, {"a", {4}, spec::OnesInit{}, 0}}}), "parameter a is planned twice [init C6]");
  EXPECT_NE(message({1, {}, {{"a", {4}, spec::UniformInit{}, 0}, {"b", {4}, spec::UniformInit{}, 0}}})
                .find("share random draws"),
            std::string::npos);
  EXPECT_EQ(message({1, {}, {ones, {"b", {5}, spec::OnesInit{}, 0}}}), "parameter b: expected 5 elements, found 4");
  EXPECT_EQ(a, std::vector<float>(4, 5.0f));
}

TEST(Initialise, AListFromOutsideNamesTheFirstThatDiffers) {
  const Initialisation plan{1, {}, {{"w", {2, 3}, spec::OnesInit{}, 0}, {"b", {2}, spec::OnesInit{}, 0}}};
  const std::vector<ParameterShape> good{{"w", {2, 3}}, {"b", {2}}}, wrong{{"w", {3, 2}}, {"b", {2}}},
      few{{"w", {2, 3}}};
  EXPECT_TRUE(check_parameters(plan, good));
  EXPECT_STREQ(check_parameters(plan, wrong).error().what(),
               "parameter w: found shape [3, 2], expected [2, 3] [init C8]");
  EXPECT_STREQ(check_parameters(plan, few).error().what(), "parameter b: found nothing, expected shape [2] [init C8]");
}

}  // namespace
}  // namespace plumbline::runtime
