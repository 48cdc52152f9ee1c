// Approx always contains the real result, which MPFR computes with 300 bits; and is exact where the result is.
#include "spec/num/approx.h"

#include <gtest/gtest.h>
#include <mpfr.h>

#include <cstdio>

#include "spec/lang/number.h"
#include "spec/num/elementary.h"
#include "tests/num/bit_patterns.h"

namespace plumbline::spec {
namespace {

static_assert(Number<Approx>);

// Sums are exact in 2200 bits; the rest is far more accurate than two doubles in 300.
constexpr mpfr_prec_t wide = 300, whole_range = 2200;

struct Wide {
  mpfr_t v;
  explicit Wide(mpfr_prec_t bits = wide) { mpfr_init2(v, bits); }
  explicit Wide(double x) : Wide() { mpfr_set_d(v, x, MPFR_RNDN); }
  Wide(const Wide&) = delete;
  Wide& operator=(const Wide&) = delete;
  ~Wide() { mpfr_clear(v); }
};

// A double by class: any exponent, moderate, neighbours of powers of two, subnormal, integers, zero.
double drawn(test::Draw& draw) {
  const double sign = draw.chance(2) ? -1 : 1;
  const double any = 1 + static_cast<double>(draw.bits() >> 12) * 0x1p-52;
  switch (draw.pick(0, 9)) {
    case 0:
      return sign * std::ldexp(any, static_cast<int>(draw.pick(-1074, 1023)));
    case 1:
      return sign *
             std::ldexp(1 + static_cast<double>(draw.pick(-2, 2)) * 0x1p-52, static_cast<int>(draw.pick(-60, 60)));
    case 2:
      return sign * std::ldexp(any, static_cast<int>(draw.pick(-1074, -1000)));
    case 3:
      return sign * static_cast<double>(draw.pick(0, 40));
    case 4:
      return sign * std::ldexp(any, static_cast<int>(draw.pick(-30, -1)));
    default:
      return sign * std::ldexp(any, static_cast<int>(draw.pick(-6, 6)));
  }
}

// The reference itself is rounded to its precision.
bool contains(const Approx& y, const Wide& exact) {
  const mpfr_prec_t bits = mpfr_get_prec(exact.v);
  Wide distance(bits), slack(bits);
  mpfr_sub_d(distance.v, exact.v, y.centre(), MPFR_RNDN);
  mpfr_sub_d(distance.v, distance.v, y.tail(), MPFR_RNDN);
  mpfr_abs(distance.v, distance.v, MPFR_RNDD);
  mpfr_abs(slack.v, exact.v, MPFR_RNDU);
  mpfr_div_2ui(slack.v, slack.v, static_cast<unsigned long>(bits) - 2, MPFR_RNDU);
  mpfr_sub(distance.v, distance.v, slack.v, MPFR_RNDD);
  return mpfr_cmp_d(distance.v, y.error()) <= 0;
}

// A point of the enclosure x, ends included.
void inside(Wide& point, const Approx& x, test::Draw& draw) {
  mpfr_set_d(point.v, x.centre(), MPFR_RNDN);
  mpfr_add_d(point.v, point.v, x.tail(), MPFR_RNDN);
  const double t = draw.chance(3) ? (draw.chance(2) ? 1 : -1) : static_cast<double>(draw.pick(-1000, 1000)) / 1000;
  Wide shift(x.error());
  mpfr_mul_d(shift.v, shift.v, t, MPFR_RNDZ);
  mpfr_add(point.v, point.v, shift.v, MPFR_RNDN);
}

// A double, or one with a tail, or with an error, or with both.
Approx widened(double centre, test::Draw& draw) {
  const auto part = [&](int least) { return centre * std::ldexp(1.0, static_cast<int>(draw.pick(least, -1))); };
  const double tail = draw.chance(2) ? 0 : part(-56) * 0x1p-53, error = draw.chance(2) ? 0 : std::abs(part(-110));
  return Approx::within(centre, tail, error);
}

using One = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using Two = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

void check_one(const char* name, Approx (*ours)(const Approx&), One exact, int points,
               double widest = upward::infinity) {
  test::Draw draw(7);
  int values = 0;
  double loosest = 0;
  for (int i = 0; i < points; ++i) {
    const Approx x = widened(drawn(draw), draw);
    const Approx y = ours(x);
    if (!y.is_value()) continue;
    ++values;
    Wide point, result;
    inside(point, x, draw);
    exact(result.v, point.v, MPFR_RNDN);
    ASSERT_TRUE(contains(y, result)) << name << " of " << x.centre() << " + " << x.tail() << " ± " << x.error()
                                     << " gave " << y.centre() << " + " << y.tail() << " ± " << y.error();
    if (x.is_point() && std::abs(y.centre()) > 0x1p-900)
      loosest = std::max(loosest, y.error() / std::abs(y.centre()));
  }
  std::printf("%-6s %8d of %8d points; widest relative error at a point 2^%.1f\n", name, values, points,
              std::log2(loosest));
  EXPECT_GT(values, points / 10) << name;
  EXPECT_LE(loosest, widest) << name;
}

void check_two(const char* name, Approx (*ours)(const Approx&, const Approx&), Two exact, int points,
               mpfr_prec_t bits = wide) {
  test::Draw draw(11);
  int values = 0, exact_ones = 0;
  for (int i = 0; i < points; ++i) {
    const double a = drawn(draw),
                 b = draw.chance(4) ? a * (1 + static_cast<double>(draw.pick(-4, 4)) * 0x1p-52) : drawn(draw);
    const Approx x = widened(a, draw), y = widened(b, draw), z = ours(x, y);
    if (!z.is_value()) continue;
    ++values;
    exact_ones += z.is_exact();
    Wide p(bits), q(bits), result(bits);
    inside(p, x, draw), inside(q, y, draw);
    exact(result.v, p.v, q.v, MPFR_RNDN);
    if (x.is_exact() && y.is_exact() && z.is_exact()) {
      ASSERT_EQ(mpfr_cmp_d(result.v, z.centre()), 0) << name << " is not exact at " << a << ", " << b;
    }
    ASSERT_TRUE(contains(z, result)) << name << " of " << a << " + " << x.tail() << " ± " << x.error() << ", " << b
                                     << " + " << y.tail() << " ± " << y.error() << " gave " << z.centre() << " + "
                                     << z.tail() << " ± " << z.error();
  }
  std::printf("%-6s %8d of %8d points, %d exact\n", name, values, points, exact_ones);
  EXPECT_GT(values, points / 10) << name;
}

TEST(Approx, functions_contain_the_real_value) {
  check_one("sqrt", sqrt, mpfr_sqrt, 300000);
  check_one("exp", exp, mpfr_exp, 300000, 0x1p-90);
  check_one("expm1", expm1, mpfr_expm1, 200000, 0x1p-90);
  check_one("log", log, mpfr_log, 300000, 0x1p-90);
  check_one("log1p", log1p, mpfr_log1p, 200000, 0x1p-90);
  check_one("sin", sin, mpfr_sin, 100000);
  check_one("cos", cos, mpfr_cos, 100000);
  check_one("tanh", tanh, mpfr_tanh, 100000, 0x1p-90);
  check_one("erf", erf, mpfr_erf, 100000, 0x1p-90);
  check_one("erfc", erfc, mpfr_erfc, 100000, 0x1p-90);
  check_one("atan", atan, mpfr_atan, 100000);
  check_one("cbrt", cbrt, mpfr_cbrt, 200000);
  check_one("exp2", exp2, mpfr_exp2, 100000);
  check_one("log2", log2, mpfr_log2, 100000);
  check_one("floor", floor, mpfr_rint_floor, 200000);
  check_one("round_even", round_even, mpfr_rint_roundeven, 200000);
}

TEST(Approx, arithmetic_contains_the_real_value) {
  check_two(
      "add", [](const Approx& x, const Approx& y) { return x + y; }, mpfr_add, 300000, whole_range);
  check_two(
      "sub", [](const Approx& x, const Approx& y) { return x - y; }, mpfr_sub, 300000, whole_range);
  check_two(
      "mul", [](const Approx& x, const Approx& y) { return x * y; }, mpfr_mul, 500000);
  check_two(
      "div", [](const Approx& x, const Approx& y) { return x / y; }, mpfr_div, 500000);
  check_two("max", maximum, mpfr_max, 100000);
  check_two("min", minimum, mpfr_min, 100000);
  check_two("pow", pow, mpfr_pow, 100000);
}

TEST(Approx, exp_and_log_keep_their_own_bounds) {
  test::Draw draw(3);
  for (int i = 0; i < 700000; ++i) {
    const double x = static_cast<double>(draw.pick(-708, 708)) + static_cast<double>(draw.bits() >> 12) * 0x1p-52;
    Wide exact(x);
    mpfr_exp(exact.v, exact.v, MPFR_RNDN);
    const double y = elementary::exp(x);
    ASSERT_TRUE(contains(Approx::within(y, y * elementary::exp_error + upward::tiny), exact)) << x;
    const double z = std::abs(drawn(draw));
    if (z == 0 || std::isinf(z)) continue;
    Wide logarithm(z);
    mpfr_log(logarithm.v, logarithm.v, MPFR_RNDN);
    const double l = elementary::log(z);
    ASSERT_TRUE(contains(Approx::within(l, std::abs(l) * elementary::log_error), logarithm)) << z;
  }
}

// ∛ is steepest at 0, where the image of a wide radius saturates.
TEST(Approx, cube_roots_near_zero_contain_both_ends) {
  test::Draw draw(13);
  for (int i = 0; i < 100000; ++i) {
    const double radius = std::abs(drawn(draw)), centre = radius * static_cast<double>(draw.pick(-40, 40)) / 20;
    if (!(radius < 0x1p1000) || !std::isfinite(centre)) continue;
    const Approx x = Approx::within(centre, radius), y = cbrt(x);
    for (const double end : {centre - radius, centre, centre + radius}) {
      if (std::abs(end - centre) > radius) continue;
      Wide exact(end);
      mpfr_cbrt(exact.v, exact.v, MPFR_RNDN);
      ASSERT_TRUE(contains(y, exact)) << end << " in " << centre << " ± " << radius;
    }
    ASSERT_LE(y.radius(), 2 * std::cbrt(4 * radius)) << centre << " ± " << radius;
  }
}

TEST(Approx, steps_are_exact_between_integers) {
  EXPECT_TRUE(floor(Approx::within(2.5, 0.25)).is_exact());
  EXPECT_EQ(floor(Approx(3.0)).centre(), 3);
  EXPECT_TRUE(floor(Approx(3.0)).is_exact());
  EXPECT_LE(lower(floor(Approx::within(3, 0x1p-30))), 2);
  EXPECT_EQ(round_even(Approx(2.5)).centre(), 2);
  EXPECT_EQ(round_even(Approx(-0.49999999999999994)).centre(), 0);
  EXPECT_EQ(round_even(Approx(-1.5)).centre(), -2);
  EXPECT_FALSE(round_even(Approx::within(2.5, 0x1p-30)).is_exact());
  EXPECT_EQ(log2(Approx(0x1p-70)).centre(), -70);
  EXPECT_TRUE(exp2(Approx(-70.0)).is_exact());
  EXPECT_EQ(log2(Approx(-1.0)).known(), Known::nan);
}

TEST(Approx, states) {
  const Approx zero(0.0), one(1.0), minus(-1.0), near_zero = Approx::within(0, 0x1p-60);
  EXPECT_EQ((one / zero).known(), Known::pole);
  EXPECT_EQ((zero / zero).known(), Known::nan);
  EXPECT_EQ((one / near_zero).known(), Known::nothing);
  EXPECT_EQ(log(zero).known(), Known::pole);
  EXPECT_EQ(log(minus).known(), Known::nan);
  EXPECT_EQ(sqrt(minus).known(), Known::nan);
  EXPECT_EQ(sqrt(near_zero).known(), Known::nothing);
  EXPECT_EQ(exp(Approx(1000.0)).known(), Known::nothing);
  EXPECT_EQ((log(minus) + one).known(), Known::nan);
  EXPECT_EQ(pow(minus, Approx(0.5)).known(), Known::nan);
  EXPECT_EQ(pow(zero, minus).known(), Known::pole);
  EXPECT_EQ(pow(minus, Approx(3.0)).centre(), -1);
  EXPECT_EQ(less(log(minus), one), Truth(Tri::no));
  EXPECT_EQ(less(near_zero, zero), Truth(Tri::unknown));
  EXPECT_EQ(to_index(Approx(7.0)), 7);
  EXPECT_EQ(to_index(near_zero), std::nullopt);
  EXPECT_TRUE(Approx(Index{1} << 60).is_exact());
  EXPECT_FALSE(Approx((Index{1} << 60) + 1).is_exact());
}

}  // namespace
}  // namespace plumbline::spec
