// Dual: derivatives of rational functions by the school-book rules, exactly; other functions by identities; kinks.
#include "spec/num/dual.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "spec/num/ball.h"
#include "spec/num/binary.h"
#include "spec/num/rational.h"
#include "tests/num/expressions.h"

namespace plumbline::spec {
namespace {

using Exact = Dual<Rational>;
using Enclosed = Dual<Ball>;
static_assert(Number<Exact> && Number<Enclosed> && Number<Dual<double>> && Number<Dual<Binary<binary32>>>);
static_assert(Number<Dual<Exact>>);
using test::Draw;

bool equals(const Rational& x, const Rational& y) { return equal(x, y).exact == Tri::yes; }
bool overlap(const Ball& x, const Ball& y) {
  return mpfr_lessequal_p(x.lo(), y.hi()) != 0 && mpfr_lessequal_p(y.lo(), x.hi()) != 0;
}
// Both enclosures hold the same number, and are known to `decided_bits` of their 256: agreement means something.
constexpr int decided_bits = 60;
bool agree(const Ball& x, const Ball& y, double scale) {
  return overlap(x, y) && std::max(x.width(), y.width()) <= std::ldexp(scale, -decided_bits);
}

std::vector<Rational> draw_point(Draw& draw) {
  std::vector<Rational> x;
  for (std::size_t v = 0; v < test::variables; ++v)
    x.push_back(Rational::quotient(draw.pick(-40, 40), draw.pick(1, 12)));
  return x;
}

// [dual B1]: the slope along a direction is the gradient times the direction, at every node.
TEST(Dual, RationalFunctionsBySymbolicRules) {
  Draw draw(1);
  int compared = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto e = test::draw_expression(draw, /*smooth=*/true);
    const auto at = draw_point(draw), direction = draw_point(draw);
    std::vector<Exact> moving;
    for (std::size_t v = 0; v < test::variables; ++v) moving.emplace_back(at[v], direction[v]);
    const auto got = test::evaluate(e, moving);
    std::vector<Rational> want(e.nodes.size(), Rational(0));
    for (std::size_t v = 0; v < test::variables; ++v) {
      auto both = e;
      const auto where = test::differentiate(both, v);
      const auto values = test::evaluate(both, at);
      for (std::size_t k = 0; k < want.size(); ++k) want[k] += values[where[k]] * direction[v];
    }
    for (std::size_t k = 0; k < want.size(); ++k) {
      if (!got[k].value.is_exact() || !want[k].is_exact()) continue;
      ASSERT_TRUE(equals(got[k].slope, want[k])) << got[k] << " should have slope " << want[k];
      ++compared;
    }
  }
  EXPECT_GT(compared, 10'000);
}

// Each function's derivative by another formula than the one that Dual uses.
struct Row {
  const char* name;
  std::function<Enclosed(const Enclosed&)> function;
  std::function<Ball(const Ball&)> derivative;
  double lower, upper;
};

const std::vector<Row>& table() {
  static const Ball one(1), two(2);
  static const std::vector<Row> rows{
      {"sqrt", [](const auto& x) { return sqrt(x); }, [](const Ball& x) { return pow(x, Ball(-0.5)) / two; }, 0x1p-20,
       1e6},
      {"exp", [](const auto& x) { return exp(x); }, [](const Ball& x) { return one / exp(-x); }, -30, 30},
      {"expm1", [](const auto& x) { return expm1(x); }, [](const Ball& x) { return expm1(x) + one; }, -30, 30},
      {"log", [](const auto& x) { return log(x); }, [](const Ball& x) { return exp(-log(x)); }, 0x1p-20, 1e6},
      {"log1p", [](const auto& x) { return log1p(x); }, [](const Ball& x) { return exp(-log1p(x)); }, -0.999, 1e6},
      {"sin", [](const auto& x) { return sin(x); }, [](const Ball& x) { return sin(pi(x) / two + x); }, -1e4, 1e4},
      {"cos", [](const auto& x) { return cos(x); }, [](const Ball& x) { return cos(pi(x) / two + x); }, -1e4, 1e4},
      {"tanh", [](const auto& x) { return tanh(x); }, [](const Ball& x) { return one - square(tanh(x)); }, -8, 8},
      {"cbrt", [](const auto& x) { return cbrt(x); },
       [](const Ball& x) { return pow(abs(x), ratio(x, -2, 3)) / Ball(3); }, 0x1p-20, 1e6},
      {"cbrt below 0", [](const auto& x) { return cbrt(-x); },
       [](const Ball& x) { return -pow(x, ratio(x, -2, 3)) / Ball(3); }, 0x1p-20, 1e6},
      {"exp2", [](const auto& x) { return exp2(x); }, [](const Ball& x) { return pow(two, x) / log2(exp(x / x)); },
       -20, 20},
      {"log2", [](const auto& x) { return log2(x); }, [](const Ball& x) { return log2(exp(x / x)) / x; }, 0x1p-20, 1e6},
      {"atan", [](const auto& x) { return atan(x); }, [](const Ball& x) { return square(cos(atan(x))); }, -1e4, 1e4},
      {"erf", [](const auto& x) { return erf(x); }, [](const Ball& x) { return exp(log(two / sqrt(pi(x))) - x * x); },
       -6, 6},
      {"x^3.5", [](const auto& x) { return pow(x, Enclosed(3.5)); },
       [](const Ball& x) { return Ball(3.5) * x * x * sqrt(x); }, 0x1p-20, 100},
      {"x^x", [](const auto& x) { return pow(x, x); }, [](const Ball& x) { return exp(x * log(x)) * (log(x) + one); },
       0x1p-20, 20},
      {"2^x", [](const auto& x) { return pow(Enclosed(2.0), x); },
       [](const Ball& x) { return log(Ball::exact(2, 256)) * exp(x * log(Ball::exact(2, 256))); }, -20, 20},
      {"1/x", [](const auto& x) { return Enclosed(1) / x; }, [](const Ball& x) { return -pow(x, Ball(-2)); }, 0x1p-20,
       1e6},
  };
  return rows;
}

// [dual B2], also with a slope other than one.
TEST(Dual, FunctionsByOtherFormulas) {
  Draw draw(2);
  for (const Row& row : table())
    for (int i = 0; i < 100; ++i) {
      const double t = static_cast<double>(draw.bits() >> 11) * 0x1p-53;
      const double x = row.lower + (row.upper - row.lower) * (draw.chance(2) ? t : t * t * t * t);
      const double dx = static_cast<double>(draw.pick(1, 40)) / 8;
      const Enclosed y = row.function(Enclosed(Ball::exact(x, 256), Ball::exact(dx, 256)));
      const Ball want = row.derivative(Ball::exact(x, 256)) * Ball(dx);
      ASSERT_TRUE(agree(y.slope, want, want.magnitude())) << row.name << ' ' << x << ": " << y << " should be " << want;
    }
}

Exact at(double value, double slope = 1) { return {Rational(value), Rational(slope)}; }

TEST(Dual, Kinks) {
  EXPECT_TRUE(equals(abs(at(0)).slope, Rational(0)));
  EXPECT_TRUE(equals(abs(at(-2)).slope, Rational(-1)));
  EXPECT_TRUE(equals(ramp(at(0)).slope, Rational(0)));
  EXPECT_TRUE(equals(ramp(at(3)).slope, Rational(1)));
  EXPECT_TRUE(equals(maximum(at(1, 2), at(1, 6)).slope, Rational(4)));
  EXPECT_TRUE(equals(minimum(at(1, 2), at(1, 6)).slope, Rational(4)));
  EXPECT_TRUE(equals(minimum(at(0, 2), at(1, 6)).slope, Rational(2)));
  EXPECT_TRUE(sqrt(at(0)).slope.is_pole());
  EXPECT_TRUE(cbrt(at(0)).slope.is_pole());
  for (const double x : {-2.0, -0.5, 0.25, 2.5}) {
    EXPECT_TRUE(equals(floor(at(x)).slope, Rational(0)));
    EXPECT_TRUE(equals(round_even(at(x)).slope, Rational(0)));
  }
  EXPECT_TRUE(floor(log(at(-1))).slope.is_nan());
  EXPECT_TRUE(equals(computed_as(at(1, 5), at(2, 6)).slope, Rational(5)));
  EXPECT_TRUE(equals(sqrt(at(0, 0)).slope, Rational(0)));
  EXPECT_TRUE(abs(log(at(-1))).slope.is_nan());
  EXPECT_TRUE(equals(select(Tri::yes, at(1, 5), at(1, 6)).slope, Rational(5)));
  EXPECT_EQ(less(at(1, 5), at(1, 6)), Truth(Tri::no));
}

// The maximum of many splits its slope evenly among all the winners, which a fold of pairs would not.
TEST(Dual, MaximumOfManySplitsEvenly) {
  const std::vector<Exact> x{at(2, 3), at(1, 100), at(2, 6), at(2, 0)};
  EXPECT_TRUE(equals(max_of<Exact>(4, [&](Index k) { return x[static_cast<std::size_t>(k)]; }).slope, Rational(3)));
  const Ball wide(1.0, 3.0, 64);
  const std::vector<Enclosed> y{
      {Ball::exact(2, 64), Ball::exact(-1, 64)}, {wide, Ball::exact(5, 64)}, {Ball::exact(0, 64), Ball(99)}};
  const Enclosed top = max_of<Enclosed>(3, [&](Index k) { return y[static_cast<std::size_t>(k)]; });
  EXPECT_EQ(top.slope.lower(), -1);
  EXPECT_EQ(top.slope.upper(), 5);
  EXPECT_EQ(top.value.lower(), 2);
}

// Undecided branches are kept, both of them, in value and in slope.
TEST(Dual, UndecidedKinksHullBothSlopes) {
  const Enclosed x(Ball(-1.0, 2.0, 64), Ball::exact(3, 64));
  EXPECT_EQ(abs(x).slope.lower(), -3);
  EXPECT_EQ(abs(x).slope.upper(), 3);
  EXPECT_EQ(ramp(x).slope.lower(), 0);
  EXPECT_EQ(ramp(x).slope.upper(), 3);
  EXPECT_TRUE(sqrt(x).slope.may_be_nan());
}

TEST(Dual, PowersAtTheEdge) {
  EXPECT_TRUE(equals(pow(at(0), Exact(2)).slope, Rational(0)));
  EXPECT_TRUE(equals(pow(at(0), Exact(1)).slope, Rational(1)));
  EXPECT_TRUE(equals(pow(at(0), Exact(0)).slope, Rational(0)));
  EXPECT_TRUE(pow(at(0), Exact(0.5)).slope.is_pole());
  EXPECT_TRUE(equals(pow(at(-2), Exact(3)).slope, Rational(12)));
  EXPECT_TRUE(equals(pow(at(0, 0), at(2)).slope, Rational(0)));
  EXPECT_TRUE(equals(pow(at(1, 0), at(2)).slope, Rational(0)));
}

// A constant does not meet the infinite slope of what it is multiplied with.
TEST(Dual, ConstantsStayConstant) {
  const Exact root = sqrt(at(0, 0)) * log(at(1, 0)) + Exact(3) / at(2, 0);
  EXPECT_TRUE(equals(root.slope, Rational(0)));
  EXPECT_TRUE(equals(exp(at(0)).slope, Rational(1)));
  EXPECT_TRUE(equals(tanh(at(0)).slope, Rational(1)));
  EXPECT_TRUE(equals((at(3) * ratio(at(1), 1, 3)).slope, Rational::quotient(1, 3)));
  EXPECT_FALSE(pi(at(1)).slope.sign() != 0);
}

// Second derivatives by nesting: (x³)″ = 6x.
TEST(Dual, Nests) {
  const Dual<Exact> x(at(5), Exact(1));
  EXPECT_TRUE(equals((x * x * x).slope.slope, Rational(30)));
}

}  // namespace
}  // namespace plumbline::spec
