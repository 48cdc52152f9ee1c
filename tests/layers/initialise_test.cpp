// Initial values: fans, limits, images of draws, plans and their errors.
#include "spec/layers/init_plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "spec/num/ball.h"
#include "spec/num/binary.h"
#include "spec/num/rational.h"

namespace plumbline::spec {
namespace {

TEST(Initialise, Fans) {
  EXPECT_EQ(*fans({8, 2}), (Fans{2, 8}));
  EXPECT_EQ(*fans({4, 3, 5, 7}), (Fans{105, 140}));
  EXPECT_EQ(*fans({0, 3}), (Fans{3, 0}));
  EXPECT_FALSE(fans({3}));
  EXPECT_FALSE(fans({}));
}

// TorchLean's published first entries of a Xavier [8, 2] weight with seed 0, in binary64.
TEST(Initialise, TorchleanXavierVector) {
  const Initialiser scheme = XavierUniformInit{};
  const auto x = initialise<double>(scheme, {8, 2}, DrawStream::of(0, 0, StreamScheme::torchlean), 0.0);
  const double a = std::sqrt(6.0 / 10.0);
  EXPECT_EQ(limit_of(XavierUniformInit{}, {8, 2}), a);
  EXPECT_EQ(x[0], -0.30802571527506806);
  EXPECT_EQ(x[1], 0.28574391010089917);
}

// The limits in binary64 are the textbook's within three roundings: read by a ball, they lie within 3 ulps.
TEST(Initialise, LimitsAreTheTextbookFormulas) {
  const Ball one = Ball::exact(1, 200);
  for (const Index n : {1, 2, 3, 64, 1000, 123457}) {
    const double a = limit_of(KaimingUniformInit{}, {7, n});
    const Ball exact = sqrt(ratio(one, 6, n));
    EXPECT_TRUE(exact.widened(std::scalbn(3.0, std::ilogb(a) - 52)).contains(a)) << n;
    const double b = limit_of(KaimingUniformInit{.gain = 0.5, .mode = "fan_out"}, {7, n});
    EXPECT_EQ(b, 0.5 * std::sqrt(6.0 / 7)) << n;
  }
}

// Read with float or with Binary<binary32> the image is the same bits: lo + (hi − lo)·u, each step rounded once.
TEST(Initialise, FloatIsBitExact) {
  const std::vector<Initialiser> schemes{UniformInit{-0.1, 0.3}, XavierUniformInit{1.7}, KaimingUniformInit{},
                                         ConstantInit{0.1}};
  for (const Initialiser& scheme : schemes) {
    const auto stream = DrawStream::of(5, 9);
    const auto x = initialise<float>(scheme, {16, 8, 3}, stream, 0.0F);
    const auto y = initialise<Binary<binary32>>(scheme, {16, 8, 3}, stream, Binary<binary32>(0.0));
    for (Index i = 0; i < x.size(); ++i) EXPECT_EQ(static_cast<double>(x[i]), y[i].value()) << print(scheme);
  }
}

TEST(Initialise, UniformIsTheExactImage) {
  const Initialiser scheme = UniformInit{-0.5, 0.25};
  const auto stream = DrawStream::of(1, 2);
  const auto x = initialise<Rational>(scheme, {100}, stream, Rational());
  for (Index i = 0; i < 100; ++i) {
    const auto k = static_cast<Index>(draw(stream.key, static_cast<std::uint64_t>(i)) >> 40);
    EXPECT_EQ(x[i].text(),
              (Rational::quotient(-1, 2) + Rational::quotient(3, 4) * Rational::quotient(k, Index{1} << 24)).text());
  }
}

TEST(Initialise, NormalIsBoxMullerOnDisjointDraws) {
  const Initialiser scheme = NormalInit{1, 2};
  const auto stream = DrawStream::of(3, 4);
  const auto x = initialise<Ball>(scheme, {50}, stream, Ball::exact(0, 128));
  for (Index i = 0; i < 50; ++i) {
    const double u = 1 - stream.unit_at(2 * i), v = stream.unit_at(2 * i + 1);
    const Ball z = sqrt(Ball(-2.0) * log(Ball::exact(u, 200))) * cos(Ball(2.0) * pi(Ball::exact(0, 200)) * Ball(v));
    EXPECT_TRUE((x[i] - (Ball(1.0) + Ball(2.0) * z)).contains_zero());
    EXPECT_LT(std::abs(x[i].midpoint()), 1 + 2 * std::sqrt(48 * std::log(2.0)) + 1);
  }
}

TEST(Initialise, ZeroFanAndEmptyShapes) {
  EXPECT_EQ(limit_of(KaimingUniformInit{}, {3, 0}), 0);
  EXPECT_EQ(limit_of(XavierUniformInit{}, {0, 0}), 0);
  EXPECT_EQ(initialise<float>(Initialiser(XavierUniformInit{}), {0, 3}, {}, 0.0F).size(), 0);
}

std::string error_of(const Initialiser& scheme, const Shape& shape) {
  const auto ok = validate(scheme, shape);
  return ok ? "none" : ok.error().what();
}

TEST(Initialise, Errors) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(error_of(XavierUniformInit{}, {3}),
            "[xavier_uniform] fans need a weight of rank at least 2, [out, in, k…]: [3] [init C1]");
  EXPECT_EQ(error_of(KaimingUniformInit{.mode = "fan"}, {3, 3}),
            "[kaiming_uniform] mode must be fan_in or fan_out: fan [init C2]");
  EXPECT_EQ(error_of(UniformInit{0, inf}, {3}),
            "[uniform] bounds and their difference must be finite: 0 to inf [init C2]");
  EXPECT_EQ(error_of(UniformInit{1, 0}, {3}), "[uniform] lo exceeds hi: 1 vs 0 [init C3]");
  EXPECT_EQ(error_of(NormalInit{0, -1}, {3}), "[normal] std must not be negative: -1 [init C4]");
  EXPECT_EQ(error_of(FlatInit{{1, 2}}, {3}), "[flat] length differs: 2 values for shape [3] [init C5]");
  EXPECT_NE(error_of(UniformInit{-3e38, 3e38}, {3}), "none");  // the difference overflows binary32
  EXPECT_EQ(error_of(UniformInit{0.5, 0.5}, {3}), "none");
  EXPECT_STREQ(parse_initialiser("xavier_unifrm", {}).error().what(),
               "unknown initialiser xavier_unifrm; did you mean xavier_uniform?");
}

InitPlan two_layers() {
  InitPlan plan;
  plan.seed = 7;
  plan.add("w1", {4, 3}, KaimingUniformInit{});
  plan.add("b1", {4}, ZerosInit{});
  plan.add("w2", {2, 4}, XavierUniformInit{});
  return plan;
}

TEST(InitPlan, EachStochasticSchemeTakesAFreshStream) {
  const InitPlan plan = two_layers();
  EXPECT_EQ(plan.parameters[0].stream, 0U);
  EXPECT_EQ(plan.parameters[2].stream, 1U);
  ASSERT_TRUE(validate(plan));
  EXPECT_EQ(initialise(plan, 0.0F)->size(), 3U);
}

TEST(InitPlan, IsCheckedAsAWhole) {
  InitPlan shared = two_layers();
  shared.parameters[2].stream = 0;
  EXPECT_STREQ(validate(shared).error().what(), "parameters w1 and w2 share random draws: streams 0 and 0 [init C7]");
  InitPlan twice = two_layers();
  twice.parameters[2].name = "w1";
  EXPECT_STREQ(validate(twice).error().what(), "parameter w1 is planned twice, expected each once [init C6]");
  InitPlan bad = two_layers();
  bad.parameters[1].scheme = FlatInit{{1}};
  EXPECT_STREQ(validate(bad).error().what(), "parameter b1: [flat] length differs: 1 values for shape [4] [init C5]");
  EXPECT_FALSE(initialise(bad, 0.0F));
}

// TorchLean's keys of neighbouring counters may lie within each other's windows; a plan under that scheme is checked
// too.
TEST(InitPlan, OverlapIsFoundByKeyNotByNumber) {
  InitPlan plan = two_layers();
  plan.streams = StreamScheme::torchlean;
  EXPECT_TRUE(validate(plan));
  plan.parameters[2].stream = 0;
  EXPECT_FALSE(validate(plan));
}

TEST(InitPlan, ListsFromOutsideNameTheFirstParameterThatDiffers) {
  const std::vector<NamedShape> model{{"w", {2, 3}}, {"b", {2}}};
  const auto error = [&](std::vector<NamedShape> given) {
    const auto ok = check_parameters(model, given);
    return ok ? std::string("none") : std::string(ok.error().what());
  };
  EXPECT_EQ(error({{"w", {2, 3}}, {"b", {2}}}), "none");
  EXPECT_EQ(error({{"w", {3, 2}}, {"b", {3}}}), "parameter w: found shape [3, 2], expected [2, 3] [init C8]");
  EXPECT_EQ(error({{"w", {2, 3}}, {"c", {2}}}), "parameter 1: found c, expected b [init C8]");
  EXPECT_EQ(error({{"w", {2, 3}}}), "parameter b: found nothing, expected shape [2] [init C8]");
  EXPECT_EQ(error({{"w", {2, 3}}, {"b", {2}}, {"x", {1}}}),
            "parameter x: expected no more than 2 parameters [init C8]");
}

TEST(Initialise, GainsAreThoseOfPyTorch) {
  EXPECT_EQ(value_or_throw(gain_of("relu")), std::sqrt(2.0));
  EXPECT_EQ(value_or_throw(gain_of("tanh")), 5.0 / 3);
  EXPECT_EQ(value_or_throw(gain_of("leaky_relu", 1)), 1);
  EXPECT_FALSE(gain_of("rellu"));
}

TEST(Initialise, NormalSchemesHaveFans) {
  EXPECT_EQ(normal_law(XavierNormalInit{}, {6, 2})->std, 0.5);
  EXPECT_EQ(normal_law(KaimingNormalInit{.mode = "fan_out"}, {2, 9, 2, 2})->std, 0.5);
  EXPECT_FALSE(normal_law(OrthogonalInit{}, {2, 2}));
}

TEST(Initialise, IdentityIsAMatrix) {
  const auto x = initialise(IdentityInit{}, {2, 3}, DrawStream{}, 0.0);
  const std::vector<double> expected{1, 0, 0, 0, 1, 0};
  EXPECT_EQ(std::vector<double>(x.elements().begin(), x.elements().end()), expected);
  EXPECT_FALSE(validate(IdentityInit{}, {2, 2, 2}));
}

TEST(Initialise, WindowsOfTruncatedLaws) {
  EXPECT_TRUE(validate(TruncatedNormalInit{}, {3}));
  EXPECT_FALSE(validate(TruncatedNormalInit{.a = 1, .b = 1}, {3}));
  EXPECT_FALSE(validate(TruncatedNormalInit{.std = 0}, {3}));
  EXPECT_FALSE(validate(TruncatedNormalInit{.a = 31, .b = 32}, {3}));
  const NormalWindow window(TruncatedNormalInit{.mean = 1, .std = 2, .a = 3, .b = 5});
  EXPECT_EQ(window.alpha, 1);
  EXPECT_EQ(window.beta, 2);
  EXPECT_EQ(window.side(), 1);
}

}  // namespace
}  // namespace plumbline::spec
