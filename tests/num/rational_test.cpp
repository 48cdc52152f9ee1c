// Rational: field laws, states, exact special arguments, conversion to double.
#include "spec/num/rational.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <tuple>
#include <vector>

#include "spec/lang/number.h"
#include "tests/num/expressions.h"

namespace plumbline::spec {
namespace {

static_assert(Number<Rational>);
using test::Draw;
using State = Rational::State;

bool equals(const Rational& x, const Rational& y) { return equal(x, y).exact == Tri::yes; }

Rational draw_rational(Draw& draw) {
  return draw.chance(2) ? Rational(static_cast<double>(test::draw_float(draw)))
                        : Rational::quotient(draw.pick(-1000, 1000), draw.pick(1, 1000));
}

// Constructed from doubles, these identities also tie the arithmetic to that of exact dyadic numbers.
TEST(Rational, FieldLaws) {
  Draw draw(1);
  for (int i = 0; i < 20'000; ++i) {
    const Rational x = draw_rational(draw), y = draw_rational(draw), z = draw_rational(draw);
    if (!x.is_exact() || !y.is_exact() || !z.is_exact()) continue;
    ASSERT_TRUE(equals((x + y) * z, x * z + y * z));
    ASSERT_TRUE(equals((x - y) + y, x));
    ASSERT_TRUE(y.sign() == 0 || equals(x / y * y, x));
    ASSERT_TRUE(equals(square(maximum(x, y) - minimum(x, y)), square(x - y)));
    ASSERT_TRUE(equals(ramp(x) - ramp(-x), x));
    ASSERT_TRUE(equals(pow(x, Rational(3)), x * x * x));
    ASSERT_TRUE(equals(sqrt(x * x), abs(x)));
    Rational total = x;
    total += y;
    ASSERT_TRUE(equals(total, x + y));
  }
}

TEST(Rational, DoublesAreExactAndNearestComesBack) {
  Draw draw(2);
  for (int i = 0; i < 100'000; ++i) {
    const double x = std::bit_cast<double>(draw.bits());
    ASSERT_TRUE(!std::isfinite(x) || Rational(x).nearest() == x);
    const float p = test::draw_float(draw), q = test::draw_float(draw);
    if (!std::isfinite(p) || !std::isfinite(q) || q == 0) continue;
    ASSERT_EQ((Rational(double{p}) / Rational(double{q})).nearest(), double{p} / double{q});
  }
  EXPECT_EQ((Rational(1.0) + Rational(0x1p-53)).nearest(), 1.0);  // a tie goes to even
  EXPECT_EQ((Rational(1.0) + Rational(0x1p-53) + Rational(0x1p-300)).nearest(), std::nextafter(1.0, 2.0));
  EXPECT_EQ((Rational(0x1p-1074) / Rational(2)).nearest(), 0.0);
  EXPECT_EQ((Rational(0x1.8p-1073) / Rational(2)).nearest(), 0x1p-1073);
}

TEST(Rational, States) {
  const Rational zero(0), one(1), two(2), minus(-1);
  EXPECT_EQ((one / zero).state(), State::pole);
  EXPECT_EQ((zero / zero).state(), State::nan);
  EXPECT_EQ(log(zero).state(), State::pole);
  EXPECT_EQ(log(minus).state(), State::nan);
  EXPECT_EQ(log1p(minus).state(), State::pole);
  EXPECT_EQ(log1p(Rational(-2)).state(), State::nan);
  EXPECT_EQ(sqrt(minus).state(), State::nan);
  EXPECT_EQ(sqrt(two).state(), State::inexact);
  EXPECT_EQ(pi(one).state(), State::inexact);
  EXPECT_EQ((exp(one) * zero).state(), State::inexact);
  EXPECT_EQ((exp(one) + log(minus)).state(), State::nan);
  EXPECT_EQ((one / log(zero)).state(), State::inexact);
  EXPECT_EQ(Rational(INFINITY).state(), State::pole);
  EXPECT_EQ(Rational(NAN).state(), State::nan);
  EXPECT_EQ(less(log(minus), one), Truth(Tri::no));
  EXPECT_EQ(less(exp(one), one), Truth(Tri::unknown));
  EXPECT_EQ(maximum(log(minus), one).state(), State::nan);
  EXPECT_TRUE(equals(select(Tri::yes, one, log(minus)), one));
  EXPECT_EQ(select(Tri::unknown, one, two).state(), State::inexact);
  EXPECT_TRUE(equals(select(Tri::unknown, two, one + one), two));
}

TEST(Rational, FunctionsAtTheirRationalPoints) {
  const Rational zero(0), one(1);
  for (const Rational& x : {exp(zero), cos(zero), pow(Rational(7), zero), pow(zero, zero)}) EXPECT_TRUE(equals(x, one));
  for (const Rational& x : {expm1(zero), log(one), log1p(zero), sin(zero), tanh(zero), erf(zero), sqrt(zero)})
    EXPECT_TRUE(equals(x, zero));
  EXPECT_TRUE(equals(atan(zero), zero));
  EXPECT_TRUE(equals(cbrt(Rational::quotient(-27, 8)), Rational(-1.5)));
  EXPECT_EQ(cbrt(Rational(2)).state(), State::inexact);
  EXPECT_TRUE(equals(exp2(Rational(-3)), Rational(0.125)));
  EXPECT_EQ(exp2(Rational(0.5)).state(), State::inexact);
  EXPECT_TRUE(equals(log2(Rational(0x1p-70)), Rational(-70)));
  EXPECT_EQ(log2(Rational(3)).state(), State::inexact);
  EXPECT_EQ(log2(zero).state(), State::pole);
  EXPECT_EQ(log2(Rational(-2)).state(), State::nan);
  const std::vector<std::tuple<double, int, int>> steps{{0.5, 0, 0}, {1.5, 1, 2}, {-0.5, -1, 0}, {-2.5, -3, -2}};
  for (const auto& [x, below, even] : steps) {
    EXPECT_TRUE(equals(floor(Rational(x)), Rational(below))) << x;
    EXPECT_TRUE(equals(round_even(Rational(x)), Rational(even))) << x;
  }
  EXPECT_EQ(floor(exp(one)).state(), State::inexact);
  EXPECT_TRUE(equals(computed_as(one, zero), one));
  EXPECT_TRUE(equals(sqrt(Rational::quotient(9, 16)), Rational(0.75)));
  EXPECT_TRUE(equals(pow(Rational(8), Rational::quotient(-2, 3)), Rational(0.25)));
  EXPECT_TRUE(equals(pow(Rational(-2), Rational(-3)), Rational(-0.125)));
  EXPECT_EQ(pow(Rational(-2), Rational(0.5)).state(), State::nan);
  EXPECT_EQ(pow(zero, Rational(-2)).state(), State::pole);
  EXPECT_EQ(pow(Rational(3), Rational(1e300)).state(), State::inexact);
  EXPECT_TRUE(equals(pow(Rational(-1), Rational((Index{1} << 60) + 1)), Rational(-1)));
  EXPECT_TRUE(equals(real(one, 0.1), Rational(0.1)));
  EXPECT_FALSE(equals(ratio(one, 1, 10), real(one, 0.1)));
  EXPECT_EQ(to_index(Rational(42)), Index{42});
  EXPECT_EQ(to_index(Rational(0.5)), std::nullopt);
  EXPECT_EQ(to_index(Rational(0x1p70)), std::nullopt);
  EXPECT_EQ((std::ostringstream() << ratio(one, 2, -6)).str(), "-1/3");
}

}  // namespace
}  // namespace plumbline::spec
