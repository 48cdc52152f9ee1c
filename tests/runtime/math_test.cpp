// The float functions keep their claimed ulps on a sweep of bit patterns, and their special values.
#include "runtime/cpu/function/transcendental.h"

#include "runtime/cpu/function/erf.h"

#include <gtest/gtest.h>

#include <cmath>

namespace plumbline::runtime {
namespace {

using math::infinity;
const float nan = std::numeric_limits<float>::quiet_NaN();

// |got − exact| in ulps of binary32 at `exact`; the double reference is 2^29 times finer.
double ulps(float got, double exact) {
  if (std::isnan(exact) || std::isnan(got)) return std::isnan(exact) && std::isnan(got) ? 0 : infinity;
  if (static_cast<float>(exact) == got && std::isinf(got)) return 0;
  const int exponent = exact == 0 ? -126 : std::max(std::ilogb(exact), -126);
  return std::abs(got - exact) / std::ldexp(1.0, exponent - 23);
}

template <class F, class G>
void expect_claim(F f, G reference, double claimed) {
  double worst = 0;
  float at = 0;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 10007) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (const double e = ulps(f(x), reference(static_cast<double>(x))); !(e <= worst)) worst = e, at = x;
  }
  EXPECT_LE(worst, claimed) << "at " << std::hexfloat << at;
}

TEST(Math, FunctionsKeepTheirClaims) {
  expect_claim([](float x) { return math::exp(x); }, [](double x) { return std::exp(x); }, math::exp_ulps);
  expect_claim([](float x) { return math::log(x); }, [](double x) { return std::log(x); }, math::log_ulps);
  expect_claim([](float x) { return math::tanh(x); }, [](double x) { return std::tanh(x); }, math::tanh_ulps);
  expect_claim([](float x) { return math::erf(x); }, [](double x) { return std::erf(x); }, math::erf_ulps);
  expect_claim([](float x) { return math::expm1(x); }, [](double x) { return std::expm1(x); }, math::expm1_ulps);
  expect_claim([](float x) { return math::exp2(x); }, [](double x) { return std::exp2(x); }, math::exp2_ulps);
  expect_claim([](float x) { return math::log1p(x); }, [](double x) { return std::log1p(x); }, math::log1p_ulps);
  expect_claim([](float x) { return math::log2(x); }, [](double x) { return std::log2(x); }, math::log2_ulps);
  expect_claim([](float x) { return math::cbrt(x); }, [](double x) { return std::cbrt(x); }, math::cbrt_ulps);
  expect_claim([](float x) { return math::atan(x); }, [](double x) { return std::atan(x); }, math::atan_ulps);
  expect_claim([](float x) { return math::sin(x); }, [](double x) { return std::sin(x); }, math::sin_ulps);
  expect_claim([](float x) { return math::cos(x); }, [](double x) { return std::cos(x); }, math::cos_ulps);
  expect_claim([](float x) { return math::tan(x); }, [](double x) { return std::tan(x); }, math::tan_ulps);
}
TEST(Math, ErfOfSixteenKeepsItsClaim) {
  expect_claim([](float x) { return erf(spread(x))[0]; }, [](double x) { return std::erf(x); }, math::erf_ulps);
}

TEST(Math, ErfOfSixteenIsOddAndEndsAtOne) {
  for (const float x : {0.0f, 0x1p-149f, 0x1p-126f, 0.5f, 3.9f, 4.0f, 1e30f, infinity})
    EXPECT_EQ(std::bit_cast<std::uint32_t>(erf(spread(-x))[0]), std::bit_cast<std::uint32_t>(-erf(spread(x))[0])) << x;
  EXPECT_EQ(erf(spread(4.0f))[0], 1);
  EXPECT_EQ(erf(Pack{} + infinity)[0], 1);
  EXPECT_TRUE(std::isnan(erf(Pack{} + nan)[0]));
}

TEST(Math, SpecialValues) {
  EXPECT_EQ(math::exp(-infinity), 0);
  EXPECT_EQ(math::exp(infinity), infinity);
  EXPECT_EQ(math::exp(0.0f), 1);
  EXPECT_GT(math::exp(-103.0f), 0);
  EXPECT_EQ(math::log(0.0f), -infinity);
  EXPECT_EQ(math::log(infinity), infinity);
  EXPECT_EQ(math::log(1.0f), 0);
  EXPECT_TRUE(std::isnan(math::log(-1.0f)));
  EXPECT_EQ(math::tanh(infinity), 1);
  EXPECT_EQ(math::erf(-infinity), -1);
  EXPECT_EQ(math::sigmoid(-infinity), 0);
  EXPECT_EQ(math::sigmoid(infinity), 1);
  using Function = float (*)(float);
  for (Function f : {static_cast<Function>(math::exp), static_cast<Function>(math::log),
                     static_cast<Function>(math::tanh), static_cast<Function>(math::erf),
                     static_cast<Function>(math::sigmoid<float>)})
    EXPECT_TRUE(std::isnan(f(nan)));
}

// 16367173·2^72 is the float closest to a multiple of π/2; the double functions are the reference.
TEST(Math, HugeAngles) {
  for (const float x : {0x1p41f, 16367173 * 0x1p72f, -0x1.fffffep127f, 0x1p127f})
    EXPECT_EQ(math::cos(x), static_cast<float>(std::cos(static_cast<double>(x)))) << x;
  EXPECT_TRUE(std::isnan(math::sin(infinity)));
}

}  // namespace
}  // namespace plumbline::runtime
