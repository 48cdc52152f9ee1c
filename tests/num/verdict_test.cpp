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
