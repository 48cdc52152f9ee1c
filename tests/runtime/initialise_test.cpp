// Initial values against published vectors and by hand, and plans that are refused.
#include "runtime/init/initialise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "runtime/init/runtime_init.h"
#include "runtime/init/with_workers.h"
#include "spec/lang/random.h"

namespace plumbline::runtime {
namespace {

namespace init = runtime_init;
using spec::Index;

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

TEST(Initialise, BitsDoNotDependOnTheThreads) {
  const spec::Initialiser schemes[] = {spec::ZerosInit{}, spec::UniformInit{-1, 2}, spec::NormalInit{},
                                       spec::TruncatedNormalInit{}, spec::KaimingNormalInit{}, spec::IdentityInit{}};
  for (const StreamScheme streams : {StreamScheme::separate, StreamScheme::torchlean})
    for (const spec::Initialiser& scheme : schemes) {
      const Initialisation plan{3, streams, {{"w", {211, 1009}, scheme, 5}}};
      std::vector<float> one(211 * 1009), three(one.size());
      const std::span<float> views[] = {one}, others[] = {three};
      Workers workers(3);
      ASSERT_TRUE(initialise(plan, views));
      ASSERT_TRUE(initialise(plan, others, workers));
      EXPECT_EQ(one, three) << scheme.index();
    }
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
  EXPECT_EQ(message({1, {}, {ones, {"a", {4}, spec::OnesInit{}, 0}}}),
            "parameter a is planned twice, expected each once [init C6]");
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

std::vector<ParameterShape> shapes() { return {{"w", {2, 3}}, {"b", {2}}}; }

TEST(RuntimeInit, PlansAreCheckedBeforeAnythingChanges) {
  const auto message = [](const std::vector<init::FloatInit>& schemes) -> std::string {
    const auto plan = init::Plan::of(shapes(), schemes);
    return plan ? "none" : plan.error().what();
  };
  EXPECT_EQ(message({init::ones()}), "parameter b: found no initialiser, expected 2, got 1");
  EXPECT_EQ(message({init::ones(), init::zeros(), init::ones()}),
            "expected 2 initialisers, one for each parameter, found 3");
  EXPECT_NE(message({init::ones(), init::xavier_uniform()}).find("parameter b: "), std::string::npos);  // no fans
  EXPECT_NE(message({init::flat({1, 2}), init::zeros()}).find("parameter w: "), std::string::npos);
  EXPECT_NE(message({init::uniform(0, 1, 4), init::uniform(0, 1, 4)}).find("share random draws"), std::string::npos);
  EXPECT_EQ(message({init::uniform(0, 1), init::uniform(0, 1)}), "none");

  std::vector<Parameter<float>> other;
  other.emplace_back("w", Shape{2, 3}), other.emplace_back("b", Shape{3});
  const auto plan = spec::value_or_throw(init::Plan::of(shapes(), {init::ones(), init::ones()}));
  EXPECT_EQ(plan.apply(std::span(other)).error().what(),
            std::string("parameter b: found shape [3], expected [2] [init C8]"));
  EXPECT_EQ(other[0].value()[0], 0);
}

// Filled where it lies; the host copy is stale until it is read.
TEST(RuntimeInit, HostCopiesAreStaleUntilRead) {
  std::vector<Parameter<float>> p;
  std::vector<Parameter<double>> wide;
  for (const auto& s : shapes()) p.emplace_back(s.name, s.shape), wide.emplace_back(s.name, s.shape);
  EXPECT_EQ(p[0].value()[0], 0);
  EXPECT_FALSE(p[0].host_stale());
  const std::vector<init::FloatInit> schemes{init::xavier_uniform(3, 2, 9), init::flat({7, 0.1F})};
  ASSERT_TRUE(init::apply_list(schemes, std::span(p)));
  ASSERT_TRUE(init::apply_list(schemes, std::span(wide)));
  EXPECT_TRUE(p[0].host_stale());
  std::vector<float> expected(6);
  const std::array out{std::span(expected)};
  ASSERT_TRUE(initialise({0, StreamScheme::separate, {{"w", {2, 3}, spec::XavierUniformInit{}, 9}}}, out));
  EXPECT_EQ(std::vector<float>(p[0].value().elements().begin(), p[0].value().elements().end()), expected);
  EXPECT_FALSE(p[0].host_stale());
  for (Index i = 0; i < 6; ++i) EXPECT_EQ(wide[0].value()[i], static_cast<double>(p[0].value()[i]));
  EXPECT_EQ(wide[1].value()[1], static_cast<double>(0.1F));
}

}  // namespace
}  // namespace plumbline::runtime
