// Verdicts on single floats: classes, overflow, undecided enclosures, poles, branches that may go either way.
#include "spec/num/verdict.h"

#include <gtest/gtest.h>

namespace plumbline::spec {
namespace {

using R = Rounded<Approx>;
constexpr double inf = upward::infinity, nan = std::numeric_limits<double>::quiet_NaN();

Verdict of(const R& x, double got) { return judge(x.finished(), got, inf).verdict; }

TEST(Verdict, finite_values) {
  const Claims claims;
  const R third = R::leaf(1, claims) / R::leaf(3, claims);
  const double right = static_cast<double>(1.0F / 3.0F);
  EXPECT_EQ(of(third, right), Verdict::pass);
  EXPECT_EQ(of(third, std::nextafter(1.0F / 3.0F, 1.0F)), Verdict::fail);
  EXPECT_EQ(of(third, nan), Verdict::fail);
  EXPECT_EQ(of(third, inf), Verdict::fail);
  const Judged judged = judge(third.finished(), right, inf);
  EXPECT_LE(judged.ulps, 0.5);
  EXPECT_LE(judged.ratio, 1);
}

TEST(Verdict, both_sides_of_overflow) {
  const Claims claims;
  const R largest = R::leaf(binary32.largest(), claims), small = R::leaf(0x1p102, claims), two = R::leaf(2, claims);
  EXPECT_EQ(of(largest + small, inf), Verdict::pass);  // within the bound of the threshold
  EXPECT_EQ(of(largest + small, binary32.largest()), Verdict::pass);
  EXPECT_EQ(of(largest + small, -inf), Verdict::fail);
  EXPECT_EQ(of(largest * two, inf), Verdict::pass);
  EXPECT_EQ(of(largest * two, binary32.largest()), Verdict::fail);
  EXPECT_EQ(of(-(largest * two), -inf), Verdict::pass);
  EXPECT_EQ(of(-(largest * two), inf), Verdict::fail);
  const Judged later = judge((largest * two / two).finished(), 7, inf);
  EXPECT_EQ(later.verdict, Verdict::undecided);  // Ball will say that it cannot be judged
  const auto ball = [&](double v) { return Rounded<Ball>::leaf(v, claims, Ball::exact(0, 128)); };
  EXPECT_TRUE(judge((ball(binary32.largest()) * ball(2) / ball(2)).finished(), 7, inf).unjudged);
  EXPECT_EQ(judge(exp(ball(1e5)).finished(), inf, inf).verdict, Verdict::pass);
  EXPECT_EQ(judge(exp(ball(1e5)).finished(), 1, inf).verdict, Verdict::fail);
}

// Claims in binary64: the filter's own radius is of the size of the bound, so that balls decide.
TEST(Verdict, binary64) {
  const Claims claims = Claims::in(binary64);
  const auto ball = [&](double v) { return Rounded<Ball>::leaf(v, claims, Ball::exact(0, 128)); };
  const auto filter = [&](double v) { return R::leaf(v, claims); };
  const auto third = ball(1) / ball(3);
  EXPECT_EQ(judge(third.finished(), 1.0 / 3, inf).verdict, Verdict::pass);
  EXPECT_EQ(judge(third.finished(), std::nextafter(1.0 / 3, 1.0), inf).verdict, Verdict::fail);
  EXPECT_NE(of(filter(1) / filter(3), 1.0 / 3), Verdict::fail);
  EXPECT_EQ(of(filter(1) / filter(3), 1.0F / 3.0F), Verdict::fail);
  EXPECT_TRUE(judge((filter(3) * filter(5) + filter(0.25)).finished(), 15.25, inf).zero_tolerance);
  Claims tight = claims;
  tight.ulps = Claims::uniform_ulps(1);
  const auto e = exp(Rounded<Ball>::leaf(1, tight, Ball::exact(0, 128))).finished();
  const double nearest = 0x1.5bf0a8b145769p+1;
  EXPECT_EQ(judge(e, nearest, inf).verdict, Verdict::pass);
  EXPECT_EQ(judge(e, std::nextafter(nearest, 3), inf).verdict, Verdict::pass);  // 0.68 ulp above
  EXPECT_EQ(judge(e, std::nextafter(nearest, 2), inf).verdict, Verdict::fail);  // 1.3 ulp below
}

TEST(Verdict, binary64_overflow_is_certain) {
  const Claims claims = Claims::in(binary64);
  const auto ball = [&](double v) { return Rounded<Ball>::leaf(v, claims, Ball::exact(0, 128)); };
  const auto product = ball(-0x1p1000) * ball(0x1p30);
  EXPECT_EQ(judge(product.finished(), -inf, inf).verdict, Verdict::pass);
  EXPECT_EQ(judge(product.finished(), inf, inf).verdict, Verdict::fail);
  EXPECT_EQ(judge(product.finished(), -binary64.largest(), inf).verdict, Verdict::fail);
  EXPECT_EQ(judge(exp(ball(1e5)).finished(), inf, inf).verdict, Verdict::pass);
  EXPECT_EQ(judge(exp(ball(1e5)).finished(), 1, inf).verdict, Verdict::fail);
  EXPECT_EQ(of(R::leaf(0x1p1000, claims) * R::leaf(0x1p30, claims), inf), Verdict::undecided);
  const auto smallest = ball(0x1p-1074) / ball(2);
  EXPECT_EQ(judge(smallest.finished(), 0, inf).verdict, Verdict::pass);
  EXPECT_EQ(judge(smallest.finished(), 0x1p-1072, inf).verdict, Verdict::fail);
}

// A stated polynomial in place of a function: its distance from the function belongs to the bound, and no more.
TEST(Verdict, computed_as_another_number) {
  const Claims claims;
  const R x = R::leaf(0.25, claims), one = R::leaf(1, claims);
  const R linear = computed_as(exp(x), one + x).finished();
  EXPECT_EQ(of(linear, 1.25), Verdict::pass);
  EXPECT_EQ(of(linear, static_cast<double>(std::exp(0.25F))), Verdict::pass);
  EXPECT_EQ(of(linear, 1.75), Verdict::fail);
  EXPECT_EQ(linear.b, linear.d);
  EXPECT_EQ(of(computed_as(log(-one), log(-one)), nan), Verdict::pass);
  EXPECT_FALSE(computed_as(one, log(-one)).judged());
  EXPECT_EQ(of(computed_as(one, one), 1), Verdict::pass);
  EXPECT_TRUE(judge(computed_as(one, one), 1, inf).zero_tolerance);
}

// A product with a power of two rounds only where it leaves the normal numbers [product B3].
TEST(Verdict, scaling_by_powers_of_two) {
  const Claims claims;
  const R third = R::leaf(1, claims) / R::leaf(3, claims), half = R::leaf(0.5, claims);
  const auto tiny = [&](int e) { return third * R::leaf(std::ldexp(1.0, e), claims); };
  EXPECT_LE((third * half).d, third.d * 0.5 * (1 + 0x1p-50));
  EXPECT_LE((R(4) * third).d, third.d * 4 * (1 + 0x1p-50));
  EXPECT_LE((third / R(-8)).d, third.d * 0.125 * (1 + 0x1p-50));
  EXPECT_GT(tiny(-140).d, third.d * 0x1p-140 * 2);
  EXPECT_FALSE((third * R::leaf(0x1p127, claims) * R(8)).flags == 0);
  const R beyond = R::leaf(0x1p100, claims) * R::leaf(0x1p100, claims);  // certainly infinite, without an error
  EXPECT_FALSE((beyond * R::leaf(0x1p-97, claims)).judged());
  EXPECT_FALSE((third * beyond).judged());
  EXPECT_FALSE((third / beyond).judged());
  Claims narrow = claims;
  narrow.intermediate = bfloat16;
  EXPECT_GT((R::leaf(1 + 0x1p-20, narrow) * R(2)).d, 0x1p-20);
}

TEST(Verdict, steps) {
  const Claims claims;
  const R one = R::leaf(1, claims), third = one / R::leaf(3, claims), three = R::leaf(3, claims);
  const R about_one = R::given(Approx(1.0), 0x1p-24, 0x1p-24, 0, claims);  // its computed value may be below 1
  EXPECT_EQ(of(floor(about_one), 0), Verdict::pass);
  EXPECT_EQ(of(floor(about_one), 1), Verdict::pass);
  EXPECT_EQ(of(floor(about_one), 3), Verdict::fail);
  EXPECT_EQ(of(floor(third * three), 1), Verdict::undecided);
  EXPECT_TRUE(judge(floor(third + one).finished(), 1, inf).zero_tolerance);
  EXPECT_EQ(of(floor(third + one), 0), Verdict::fail);
  EXPECT_EQ(of(round_even(R::leaf(2.5, claims)), 2), Verdict::pass);
  EXPECT_EQ(of(round_even(R::leaf(2.5, claims)), 3), Verdict::fail);
  const R total = floor(R::leaf(3.5, claims)) * three + floor(-third);
  EXPECT_TRUE(judge(total.finished(), 8, inf).zero_tolerance);  // integers again: exact
}

TEST(Verdict, undefined_and_poles) {
  const Claims claims;
  const R zero = R::leaf(0, claims), one = R::leaf(1, claims);
  EXPECT_EQ(of(log(-one), nan), Verdict::pass);
  EXPECT_EQ(of(log(-one), 0), Verdict::fail);
  EXPECT_EQ(of(log(-one) + one, nan), Verdict::pass);
  EXPECT_EQ(of(maximum(log(-one), one), 1), Verdict::fail);
  EXPECT_EQ(of(one / zero, inf), Verdict::pass);
  EXPECT_EQ(of(one / zero, nan), Verdict::pass);
  EXPECT_EQ(of(one / zero, 3), Verdict::fail);
  EXPECT_EQ(of(zero / zero, nan), Verdict::pass);
  EXPECT_EQ(of(R::leaf(nan, claims) * zero, nan), Verdict::pass);
  EXPECT_EQ(of(R::leaf(nan, claims) * zero, 0), Verdict::fail);
  EXPECT_EQ(of(select(less(zero, one), one, log(-one)), 1), Verdict::pass);
  EXPECT_EQ(of(select(less(R::leaf(nan, claims), one), zero, one), 1), Verdict::pass);
  const R unsure = one / R::leaf(3, claims) - R::leaf(static_cast<double>(1.0F / 3.0F), claims);
  EXPECT_FALSE(log(unsure).judged());
  EXPECT_FALSE((one / unsure).judged());
  EXPECT_TRUE(judge((one / (one / zero)).finished(), 0, inf).unjudged);
}

TEST(Verdict, branches_that_may_go_either_way) {
  const Claims claims;
  const R one = R::leaf(1, claims), third = one / R::leaf(3, claims),
          same = R::leaf(static_cast<double>(1.0F / 3.0F), claims);
  const Truth t = less(third, same);
  EXPECT_NE(t.exact, Tri::unknown);
  EXPECT_EQ(t.computed, Tri::unknown);
  const R step = select(t, one, R::leaf(2, claims));
  EXPECT_EQ(of(step, 1), Verdict::pass);
  EXPECT_EQ(of(step, 2), Verdict::pass);
  EXPECT_EQ(of(step, 4), Verdict::fail);
  EXPECT_EQ(less(one, same + one), Truth(Tri::yes));
}

TEST(Verdict, zeros_and_their_sign) {
  const Claims claims;
  const R zero = R::leaf(0, claims);
  for (ZeroSign sign : {ZeroSign::either, ZeroSign::positive, ZeroSign::negative}) {
    EXPECT_EQ(judge(zero, 0.0, inf, sign).verdict == Verdict::pass, sign != ZeroSign::negative);
    EXPECT_EQ(judge(zero, -0.0, inf, sign).verdict == Verdict::pass, sign != ZeroSign::positive);
  }
}

TEST(Verdict, flushed_subnormals_only_where_claimed) {
  Claims kept, flushed;
  flushed.flushes_subnormals = true;
  const auto product = [](const Claims& c) { return R::leaf(0x1p-80, c) * R::leaf(0x1p-60, c); };
  EXPECT_EQ(of(product(kept), 0), Verdict::fail);
  EXPECT_EQ(of(product(flushed), 0), Verdict::pass);
  EXPECT_EQ(of(product(flushed), 0x1p-140), Verdict::pass);
  EXPECT_EQ(of(R::leaf(0x1p-140, flushed), 0), Verdict::pass);
  EXPECT_EQ(of(R::leaf(0x1p-140, kept), 0), Verdict::fail);
}

TEST(Verdict, a_wide_enclosure_is_undecided) {
  const Claims claims;
  R x(Approx::within(1, 0x1p-20), &claims);
  x.d = 0x1p-24;
  EXPECT_EQ(of(x, 1), Verdict::undecided);
  EXPECT_EQ(of(x, 2), Verdict::fail);
  x.d = 0x1p-10;
  EXPECT_EQ(of(x, 1), Verdict::pass);
}

TEST(Verdict, names_and_classes) {
  EXPECT_EQ(verdict_name(Verdict::nondeterministic), "nondeterministic");
  EXPECT_EQ(float_class(0x1p-130, binary32), FloatClass::subnormal);
  EXPECT_EQ(float_class(0x1p-130, binary64), FloatClass::normal);
  EXPECT_EQ(float_class_name(float_class(-inf, binary32)), "infinite");
}

}  // namespace
}  // namespace plumbline::spec
