// Ball: it contains the exact value, more bits narrow it, parts join to the whole, and states are kept apart.
#include "spec/num/ball.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <sstream>

#include "spec/num/rational.h"
#include "tests/num/expressions.h"

namespace plumbline::spec {
namespace {

static_assert(Number<Ball>);
using test::Draw;
using State = Ball::State;
constexpr std::array precisions{64, 128, 256, 300, 512};

bool holds(const Ball& x, const Rational& q) {
  return mpfr_cmp_q(x.lo(), q.value()) <= 0 && mpfr_cmp_q(x.hi(), q.value()) >= 0;
}
bool within(const Ball& inner, const Ball& outer) {
  return mpfr_lessequal_p(outer.lo(), inner.lo()) != 0 && mpfr_lessequal_p(inner.hi(), outer.hi()) != 0;
}

double draw_number(Draw& draw) {
  const double x = test::draw_float(draw);
  return std::isfinite(x) && draw.chance(2) ? x : static_cast<double>(draw.pick(-64, 64)) / 16;
}

// [ball B4]: an exact value lies inside, an undefined one is never excluded, and no state is invented.
void expect_agrees(const Ball& ball, const Rational& exact) {
  switch (exact.state()) {
    case Rational::State::value:
      ASSERT_TRUE(ball.has_value() && holds(ball, exact)) << ball << " does not hold " << exact;
      break;
    case Rational::State::inexact:
      ASSERT_TRUE(ball.may_be_nan()) << ball;
      break;
    case Rational::State::pole:
      ASSERT_TRUE(ball.may_be_nan() && !ball.is_nan()) << ball;
      break;
    case Rational::State::nan:
      ASSERT_TRUE(ball.may_be_nan()) << ball;
      break;
  }
}

TEST(Ball, ContainsRationalFunctionsAndRefines) {
  Draw draw(1);
  int decided = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto e = test::draw_expression(draw, /*smooth=*/false);
    std::vector<double> point;
    for (std::size_t v = 0; v < test::variables; ++v) point.push_back(draw_number(draw));
    const auto exact = test::evaluate(e, std::vector<Rational>(point.begin(), point.end()));
    std::vector<Ball> before;
    for (const int precision : precisions) {
      std::vector<Ball> x;
      for (double p : point) x.push_back(Ball::exact(p, precision));
      const auto balls = test::evaluate(e, x);
      for (std::size_t k = 0; k < balls.size(); ++k) {
        expect_agrees(balls[k], exact[k]);
        if (HasFatalFailure()) return;
        if (before.empty() || !before[k].has_value() || !balls[k].has_value()) continue;
        ASSERT_TRUE(within(balls[k], before[k])) << balls[k] << " at " << precision << " bits, before " << before[k];
      }
      before = balls;
    }
    decided += exact.back().is_exact() && before.back().is_bounded() && !before.back().may_be_nan();
  }
  RecordProperty("decided", decided);
  EXPECT_GT(decided, 3000);
}

// The operands are intervals now: results hold those of rational witnesses inside.
TEST(Ball, IntervalsContainTheirWitnesses) {
  Draw draw(2);
  for (int i = 0; i < 4000; ++i) {
    const auto e = test::draw_expression(draw, /*smooth=*/false);
    std::vector<Ball> x;
    std::vector<Rational> witness;
    for (std::size_t v = 0; v < test::variables; ++v) {
      const double a = draw_number(draw), b = draw.chance(3) ? a : draw_number(draw);
      x.emplace_back(std::min(a, b), std::max(a, b), 128);
      const Rational t = ratio(Rational(), draw.pick(0, 7), 7);
      witness.push_back(Rational(a) + t * (Rational(b) - Rational(a)));
    }
    if (!x[0].has_value() || !x[1].has_value() || !x[2].has_value()) continue;
    const auto balls = test::evaluate(e, x);
    const auto exact = test::evaluate(e, witness);
    for (std::size_t k = 0; k < balls.size(); ++k) {
      const bool sound =
          exact[k].is_exact() ? balls[k].has_value() && holds(balls[k], exact[k]) : balls[k].may_be_nan();
      ASSERT_TRUE(sound) << balls[k] << ' ' << exact[k];
    }
  }
}

struct Row {
  const char* name;
  std::function<Ball(const Ball&)> ball;
  int (*exact)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
  double lower, upper;  // of the domain
};

const std::vector<Row>& table() {
  const double all = 1e30;
  static const std::vector<Row> rows{
      {"sqrt", [](const Ball& x) { return sqrt(x); }, mpfr_sqrt, 0, all},
      {"exp", [](const Ball& x) { return exp(x); }, mpfr_exp, -1e4, 1e4},
      {"expm1", [](const Ball& x) { return expm1(x); }, mpfr_expm1, -1e4, 1e4},
      {"log", [](const Ball& x) { return log(x); }, mpfr_log, 0x1p-1000, all},
      {"log1p", [](const Ball& x) { return log1p(x); }, mpfr_log1p, -1 + 0x1p-50, all},
      {"sin", [](const Ball& x) { return sin(x); }, mpfr_sin, -all, all},
      {"cos", [](const Ball& x) { return cos(x); }, mpfr_cos, -all, all},
      {"tanh", [](const Ball& x) { return tanh(x); }, mpfr_tanh, -1e3, 1e3},
      {"cbrt", [](const Ball& x) { return cbrt(x); }, mpfr_cbrt, -all, all},
      {"exp2", [](const Ball& x) { return exp2(x); }, mpfr_exp2, -1e4, 1e4},
      {"log2", [](const Ball& x) { return log2(x); }, mpfr_log2, 0x1p-1000, all},
      {"atan", [](const Ball& x) { return atan(x); }, mpfr_atan, -all, all},
      {"floor", [](const Ball& x) { return floor(x); }, mpfr_rint_floor, -all, all},
      {"round_even", [](const Ball& x) { return round_even(x); }, mpfr_rint_roundeven, -all, all},
      {"erf", [](const Ball& x) { return erf(x); }, mpfr_erf, -200, 200},
      {"abs", [](const Ball& x) { return abs(x); }, mpfr_abs, -all, all},
      {"x^-3", [](const Ball& x) { return pow(x, Ball(-3)); },
       [](mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t round) { return mpfr_pow_si(r, x, -3, round); }, 0x1p-100, all},
      {"x^4", [](const Ball& x) { return pow(x, Ball(4)); },
       [](mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t round) { return mpfr_pow_si(r, x, 4, round); }, -all, all},
      {"x^0.7", [](const Ball& x) { return pow(x, Ball(0.7)); },
       [](mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t round) { return mpfr_pow(r, x, Ball(0.7).lo(), round); }, 0, all},
      {"0.3^x", [](const Ball& x) { return pow(Ball(0.3), x); },
       [](mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t round) { return mpfr_pow(r, Ball(0.3).lo(), x, round); }, -1e4, 1e4},
  };
  return rows;
}

double draw_in(Draw& draw, const Row& row) {
  double x = static_cast<double>(draw.pick(-80, 80)) / 8;
  const auto wide = static_cast<double>(static_cast<std::int64_t>(draw.bits()));
  if (!draw.chance(3)) x = std::ldexp(wide, -static_cast<int>(draw.pick(40, 110)));
  if (x < row.lower) x = -x;
  return std::clamp(x, row.lower, row.upper);
}

// Whether the enclosure agrees with MPFR at many more bits: the exact value lies between the two roundings of `sharp`.
bool holds_exact(const Ball& y, const Row& row, double at) {
  Ball x = Ball::exact(at, 53), low = Ball::exact(0, 2000), high = low;
  mpfr_t t;
  mpfr_init2(t, 2000);
  row.exact(t, x.lo(), MPFR_RNDU);
  const bool above = mpfr_lessequal_p(y.lo(), t) != 0;
  row.exact(t, x.lo(), MPFR_RNDD);
  const bool below = mpfr_lessequal_p(t, y.hi()) != 0;
  mpfr_clear(t);
  return y.has_value() && above && below;
}

// [ball B1], [ball B2], [ball B3]: contain, at points and at witnesses inside intervals.
TEST(Ball, FunctionsContain) {
  Draw draw(3);
  for (const Row& row : table())
    for (int i = 0; i < 250; ++i) {
      const double a = draw_in(draw, row), b = draw.chance(4) ? a : draw_in(draw, row), lower = std::min(a, b);
      const double upper = std::max(a, b), inside = std::clamp(lower + (upper - lower) * 0.375, lower, upper);
      const int precision = precisions[static_cast<std::size_t>(draw.pick(0, 2))];
      const Ball y = row.ball(Ball(lower, upper, precision));
      for (const double at : {lower, inside, upper})
        ASSERT_TRUE(holds_exact(y, row, at)) << row.name << " of [" << lower << ", " << upper << "] is " << y;
      ASSERT_TRUE(holds_exact(row.ball(Ball::exact(a, precision)), row, a)) << row.name << ' ' << a;
    }
}

// Points are enclosed within two neighbours: nothing is lost.
TEST(Ball, FunctionsOfPointsAreSharp) {
  Draw draw(4);
  for (const Row& row : table())
    for (int i = 0; i < 200; ++i) {
      Ball y = row.ball(Ball::exact(draw_in(draw, row), 128));
      const Ball z = y;
      mpfr_t next;
      mpfr_init2(next, 128);
      mpfr_set(next, z.lo(), MPFR_RNDU);
      mpfr_nextabove(next);
      ASSERT_TRUE(mpfr_lessequal_p(z.hi(), next) != 0) << row.name << ' ' << z;
      mpfr_clear(next);
    }
}

TEST(Ball, FunctionsSplitJoinAndRefine) {
  Draw draw(5);
  for (const Row& row : table())
    for (int i = 0; i < 150; ++i) {
      std::array<double, 3> at{draw_in(draw, row), draw_in(draw, row), draw_in(draw, row)};
      std::sort(at.begin(), at.end());
      const Ball whole = row.ball(Ball(at[0], at[2], 128));
      const Ball joined = hull(row.ball(Ball(at[0], at[1], 128)), row.ball(Ball(at[1], at[2], 128)));
      ASSERT_TRUE(within(joined, whole)) << row.name << ' ' << joined << ' ' << whole;
      ASSERT_TRUE(within(whole, joined)) << row.name << ' ' << joined << ' ' << whole;
      ASSERT_TRUE(within(row.ball(Ball(at[0], at[2], 512)), whole)) << row.name;
    }
}

TEST(Ball, PowersOfBoxesContainTheirCorners) {
  Draw draw(6);
  const Row row{"pow", {}, nullptr, 0, 64};
  for (int i = 0; i < 2000; ++i) {
    const double a = std::fabs(draw_in(draw, row)), b = a + std::fabs(draw_in(draw, row));
    const double c = static_cast<double>(draw.pick(-40, 40)) / 8, d = c + static_cast<double>(draw.pick(0, 40)) / 8;
    const Ball box = pow(Ball(a, b, 128), Ball(c, d, 128));
    for (const double x : {a, (a + b) / 2, b})
      for (const double y : {c, (c + d) / 2, d}) {
        const Ball corner = pow(Ball::exact(x, 256), Ball::exact(y, 256));
        const bool inside = corner.has_value() ? mpfr_lessequal_p(box.lo(), corner.hi()) != 0 &&
                                                     mpfr_lessequal_p(corner.lo(), box.hi()) != 0
                                               : box.may_be_nan();
        ASSERT_TRUE(inside) << x << '^' << y << ": " << box;
      }
  }
}

TEST(Ball, States) {
  const Ball zero = Ball::exact(0, 64), one = Ball::exact(1, 64), minus = -one;
  const Ball across(-1.0, 4.0, 64), below(-2.0, -1.0, 64), touching(0.0, 1.0, 64);
  const std::vector<std::pair<Ball, State>> rows{
      {one / zero, State::pole},
      {zero / zero, State::nan},
      {across / zero, State::pole},
      {one / across, State::maybe_nan},
      {log(zero), State::pole},
      {log(minus), State::nan},
      {log(across), State::maybe_nan},
      {log(touching), State::maybe_nan},
      {log1p(minus), State::pole},
      {log2(zero), State::pole},
      {log2(minus), State::nan},
      {log2(across), State::maybe_nan},
      {cbrt(across), State::value},
      {floor(log(minus)), State::nan},
      {round_even(log(zero)), State::maybe_nan},
      {sqrt(below), State::nan},
      {sqrt(across), State::maybe_nan},
      {sqrt(touching), State::value},
      {pow(zero, minus), State::pole},
      {pow(zero, zero), State::value},
      {pow(below, Ball(0.5)), State::nan},
      {pow(across, Ball(0.5)), State::maybe_nan},
      {pow(below, across), State::maybe_nan},
      {Ball(NAN), State::nan},
      {Ball(INFINITY), State::pole},
      {log(minus) + log(zero), State::nan},
      {log(zero) * zero, State::pole},
      {exp(log(zero)), State::maybe_nan},
      {one / log(zero), State::maybe_nan},
      {select(Tri::unknown, one, log(minus)), State::maybe_nan},
      {select(Tri::yes, one, log(minus)), State::value},
      {select(Tri::unknown, log(zero), log(minus)), State::pole},
      {maximum(one, log(minus)), State::nan},
  };
  for (const auto& [ball, state] : rows) EXPECT_EQ(ball.state(), state) << ball;
  EXPECT_EQ(sqrt(across).upper(), 2);
  EXPECT_EQ(log(touching).upper(), 0);
  EXPECT_EQ(pow(zero, zero).lower(), 1);
}

// Ends that almost vanish, which the quadrant of an interval never decides.
TEST(Ball, WavesOfUnderflowingEndsComeToAnEnd) {
  const Ball one = Ball::exact(1, 128), tiny = one / exp(exp(Ball::exact(43, 128)));
  const Ball across = hull(-tiny, Ball::exact(5, 128)), below = hull(Ball::exact(-5, 128), -tiny);
  EXPECT_EQ(cos(across).lower(), -1);
  EXPECT_EQ(cos(across).upper(), 1);
  EXPECT_EQ(sin(across).upper(), 1);
  EXPECT_EQ(cos(below).upper(), 1);
  EXPECT_EQ(cos(hull(-tiny, tiny)).upper(), 1);
  EXPECT_LT(sin(hull(-tiny, -tiny * Ball(2))).upper(), 0x1p-1000);
  const Ball quarter(0.25, 0.5, 128);
  EXPECT_TRUE(cos(quarter).contains(std::cos(0.375)) && cos(-quarter).contains(std::cos(0.375)));
  EXPECT_TRUE(sin(quarter).contains(std::sin(0.375)) && sin(-quarter).contains(-std::sin(0.375)));
  EXPECT_FALSE(cos(quarter).contains(1));
}

TEST(Ball, StepsAreHulledWhereTheyLieInside) {
  const Ball half(0.25, 1.0, 64), ties(1.5, 2.5, 64);
  EXPECT_EQ(floor(half).lower(), 0);
  EXPECT_EQ(floor(half).upper(), 1);
  EXPECT_TRUE(floor(Ball(1.0, 1.75, 64)).is_point());
  EXPECT_TRUE(round_even(ties).is_point() && round_even(ties).contains(2));
  EXPECT_EQ(round_even(Ball(0.25, 0.75, 64)).upper(), 1);
  EXPECT_TRUE(computed_as(ties, half).contains(2.5));
}

TEST(Ball, UnboundedIsNotUndefined) {
  const Ball huge = exp(exp(Ball::exact(64, 64)));
  EXPECT_FALSE(huge.may_be_nan());
  EXPECT_FALSE(huge.is_bounded());
  EXPECT_TRUE((huge * Ball(0)).is_point());
  EXPECT_EQ((Ball(1) / huge).lower(), 0);
  EXPECT_FALSE((huge - huge).may_be_nan());
  EXPECT_TRUE(tanh(huge).contains(1));
  EXPECT_EQ(sin(huge).upper(), 1);
  EXPECT_FALSE((Ball::whole_line(64) * huge).may_be_nan());
  EXPECT_EQ(less(Ball(0), huge), Truth(Tri::yes));
}

TEST(Ball, ComparisonsHaveThreeAnswers) {
  const Ball a(0.0, 1.0, 64), b(1.0, 2.0, 64), c(2.5, 3.0, 64), nan(NAN);
  EXPECT_EQ(less(a, c), Truth(Tri::yes));
  EXPECT_EQ(less(a, b), Truth(Tri::unknown));
  EXPECT_EQ(less(b, a), Truth(Tri::no));
  EXPECT_EQ(less(Ball(2), Ball(2)), Truth(Tri::no));
  EXPECT_EQ(equal(Ball(2), Ball(2.0)), Truth(Tri::yes));
  EXPECT_EQ(equal(a, b), Truth(Tri::unknown));
  EXPECT_EQ(equal(a, c), Truth(Tri::no));
  EXPECT_EQ(less(a, nan), Truth(Tri::no));
  EXPECT_EQ(less(sqrt(Ball(-1.0, 1.0, 64)), c), Truth(Tri::unknown));
  EXPECT_EQ(less(c, sqrt(Ball(-1.0, 1.0, 64))), Truth(Tri::no));
  EXPECT_EQ(to_index(Ball(-7)), Index{-7});
  EXPECT_EQ(to_index(Ball(0.5)), std::nullopt);
  EXPECT_EQ(to_index(a), std::nullopt);
}

TEST(Ball, PrecisionTravelsInTheValue) {
  const Ball x = Ball::exact(0.1, 300), y = Ball::exact(0.1, 100);
  EXPECT_EQ((x + y).precision(), 300);
  EXPECT_EQ((Ball(3) * y).precision(), 100);
  EXPECT_EQ((y / Ball(3.0)).precision(), 100);
  EXPECT_EQ(ratio(y, 1, 3).precision(), 100);
  EXPECT_EQ(pi(x).precision(), 300);
  EXPECT_TRUE((Ball(3) + Ball(0.1)).is_literal());
  EXPECT_TRUE((Ball(3) + Ball(0x1p-100)).is_point());
  EXPECT_TRUE(ratio(Ball(2), 1, 3).is_literal());
  EXPECT_EQ((Ball(1) / Ball(3) * y).precision(), 100);
  EXPECT_EQ(exp(y).at_precision(20).precision(), 20);
  EXPECT_GT(exp(y).at_precision(20).width(), exp(y).width());
}

TEST(Ball, ValuesCopyMoveAndPrint) {
  for (const int precision : {64, 256, 257, 4096}) {
    const Ball x = exp(Ball::exact(1, precision));
    Ball copy = x, moved = std::move(copy), other(3);
    other = x;
    other = std::move(moved);
    moved = other;
    copy = moved;
    EXPECT_TRUE(within(x, copy) && within(copy, x) && within(other, x));
    Ball total = Ball(1);
    total += x;
    total += total;
    EXPECT_TRUE(within(total, Ball(2) * (Ball(1) + x)));
  }
  EXPECT_EQ((std::ostringstream() << Ball(-3) << log(Ball(0)) << Ball(NAN)).str(), "[-0x3p+0, -0x3p+0]polenan");
  EXPECT_EQ(Ball(1.0, 3.0, 64).midpoint(), 2);
  EXPECT_EQ(Ball(-5.0, 3.0, 64).magnitude(), 5);
  EXPECT_TRUE(Ball(1.0, 3.0, 64).widened(0.5).contains(0.5));
}

}  // namespace
}  // namespace plumbline::spec
