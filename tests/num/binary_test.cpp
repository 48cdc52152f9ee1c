// Binary against the machine in binary32, and against the definition of rounding over the rationals elsewhere.
#include "spec/num/binary.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cfenv>
#include <cmath>
#include <map>
#include <vector>

#include "spec/lang/number.h"
#include "spec/num/rational.h"
#include "tests/num/bit_patterns.h"

namespace plumbline::spec {
namespace {

using test::Draw;
constexpr std::array directions{Direction::nearest_even, Direction::nearest_away, Direction::toward_zero, Direction::up,
                                Direction::down};

template <const Format&... F>
constexpr bool all_are_numbers = (Number<Binary<F>> && ...);
static_assert(all_are_numbers<binary16, bfloat16, tf32, binary32, binary64, e4m3, e5m2>);

bool same(double x, double y) {
  return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y) || (x != x && y != y);
}

// The hardware under a rounding mode that is put back.
class MachineRounding {
 public:
  explicit MachineRounding(int mode) : saved_(std::fegetround()) { std::fesetround(mode); }
  ~MachineRounding() { std::fesetround(saved_); }
  MachineRounding(const MachineRounding&) = delete;
  MachineRounding& operator=(const MachineRounding&) = delete;

 private:
  int saved_;
};

struct Triple {
  float x, y, z;
};
using Results = std::array<float, 6>;
constexpr std::array<const char*, 6> operation_names{"+", "-", "*", "/", "sqrt", "fma"};

std::vector<Triple> draw_triples(Draw& draw, std::size_t n) {
  std::vector<Triple> triples(n);
  for (auto& [x, y, z] : triples) {
    x = test::draw_float(draw);
    y = draw.chance(4) ? test::draw_near(draw, x) : test::draw_float(draw);
    z = draw.chance(3) ? test::draw_near(draw, x * y) : test::draw_float(draw);
  }
  return triples;
}

[[gnu::noinline]] Results machine(const Triple& t) {
  const volatile float x = t.x, y = t.y, z = t.z;
  const volatile float sum = x + y, difference = x - y, product = x * y, quotient = x / y;
  const volatile float root = std::sqrt(float(x)), fused = std::fma(float(x), float(y), float(z));
  return {sum, difference, product, quotient, root, fused};
}

std::array<double, 6> defined(const Triple& t, Direction d) {
  const auto of = [d](float a) { return Binary<binary32>(a).rounding(d); };
  const auto x = of(t.x), y = of(t.y), z = of(t.z);
  return {(x + y).value(), (x - y).value(), (x * y).value(), (x / y).value(), sqrt(x).value(), fma(x, y, z).value()};
}

void expect_same(const Triple& t, const Results& got, Direction d) {
  const auto want = defined(t, d);
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (same(want[i], got[i])) continue;
    ADD_FAILURE() << std::hexfloat << operation_names[i] << " of " << t.x << ", " << t.y << ", " << t.z << " is "
                  << want[i] << ", the machine says " << got[i] << " in direction " << static_cast<int>(d);
  }
}

// [binary B1], [binary B2]: ten million triples of operands, each under six operations.
TEST(Binary32, IsTheMachineToNearest) {
  Draw draw(1);
  for (int block = 0; block < 1000; ++block)
    for (const Triple& t : draw_triples(draw, 10'000)) {
      expect_same(t, machine(t), Direction::nearest_even);
      if (HasFailure()) return;
    }
}

TEST(Binary32, IsTheMachineInDirectedModes) {
  Draw draw(2);
  const std::map<Direction, int> modes{
      {Direction::toward_zero, FE_TOWARDZERO}, {Direction::up, FE_UPWARD}, {Direction::down, FE_DOWNWARD}};
  for (const auto& [direction, mode] : modes) {
    const auto triples = draw_triples(draw, 300'000);
    std::vector<Results> got(triples.size());
    {
      const MachineRounding rounding(mode);
      for (std::size_t i = 0; i < triples.size(); ++i) got[i] = machine(triples[i]);
    }
    for (std::size_t i = 0; i < triples.size() && !HasFailure(); ++i) expect_same(triples[i], got[i], direction);
  }
}

TEST(Binary64, IsTheMachineToNearest) {
  Draw draw(3);
  for (int i = 0; i < 300'000 && !HasFailure(); ++i) {
    const auto any = [&] { return draw.chance(3) ? draw.bits() : (draw.bits() >> 12) | draw.bits() << 60; };
    const std::uint64_t bits = any();
    const double x = std::bit_cast<double>(bits);
    const double y = std::bit_cast<double>(draw.chance(3) ? bits ^ (draw.bits() >> 60) : any());
    const Binary<binary64> a(x), b(y), c(-x * y);
    EXPECT_TRUE(same((a + b).value(), x + y) && same((a - b).value(), x - y) && same((a * b).value(), x * y) &&
                same((a / b).value(), x / y) && same(sqrt(a).value(), std::sqrt(x)) &&
                same(fma(a, b, c).value(), std::fma(x, y, -x * y)))
        << std::hexfloat << x << ' ' << y;
  }
}

// Every finite number of a format, in order, and rounding by its definition: look for the neighbours.
class Neighbours {
 public:
  explicit Neighbours(const Format& f) : format_(f) {
    for (std::uint64_t b = 0; b < (std::uint64_t{1} << (f.bits - 1)); ++b)
      if (const double x = decode(b, f); std::isfinite(x)) values_.push_back(x);
    for (double x : values_) exact_.emplace_back(x);
  }

  // Of a non-zero rational number.
  double nearest(const Rational& x, Direction d) const {
    const Rational size = abs(x);
    const bool negative = x.sign() < 0;
    const auto before = [](const Rational& a, const Rational& b) { return less(a, b).exact == Tri::yes; };
    const auto above = std::upper_bound(exact_.begin(), exact_.end(), size, before);
    const auto i = static_cast<std::size_t>(above - exact_.begin()) - 1;
    const Rational next = i + 1 < exact_.size() ? exact_[i + 1] : beyond();
    const double up = i + 1 < exact_.size() ? values_[i + 1] : format_.has_infinity ? INFINITY : NAN;
    double size_rounded = values_[i];
    if (equal(size, exact_[i]).exact != Tri::yes) {
      const Rational middle = (exact_[i] + next) * Rational(0.5);
      const bool tie = equal(size, middle).exact == Tri::yes, more = less(middle, size).exact == Tri::yes;
      const bool odd = (i & 1) != 0;
      const bool away = d == Direction::nearest_even   ? more || (tie && odd)
                        : d == Direction::nearest_away ? more || tie
                        : d == Direction::up           ? !negative
                        : d == Direction::down         ? negative
                                                       : false;
      if (away) size_rounded = up;
    }
    return negative ? -size_rounded : size_rounded;
  }

 private:
  // The number that would follow the largest one, in the same spacing.
  Rational beyond() const { return exact_.back() + (exact_.back() - exact_[exact_.size() - 2]); }

  const Format& format_;
  std::vector<double> values_;
  std::vector<Rational> exact_;
};

// Where a rational result is finite and not zero, and the rounding is thereby defined.
void expect_rounds(const Neighbours& numbers, const Rational& exact, double got, Direction d, const char* what,
                   double x, double y) {
  if (!exact.is_exact() || exact.sign() == 0) return;
  const double want = numbers.nearest(exact, d);
  if (!same(want, got))
    ADD_FAILURE() << std::hexfloat << x << ' ' << what << ' ' << y << " is " << got << ", should be " << want
                  << " in direction " << static_cast<int>(d);
}

void check_pair(const Neighbours& numbers, double x, double y, const Format& f) {
  if (!std::isfinite(x) || !std::isfinite(y)) return;
  const Rational a(x), b(y);
  const Rational sum = a + b, difference = a - b, product = a * b, quotient = a / b;
  for (const Direction d : directions) {
    expect_rounds(numbers, sum, ieee::add(x, y, f, d), d, "+", x, y);
    expect_rounds(numbers, difference, ieee::subtract(x, y, f, d), d, "-", x, y);
    expect_rounds(numbers, product, ieee::multiply(x, y, f, d), d, "*", x, y);
    expect_rounds(numbers, quotient, ieee::divide(x, y, f, d), d, "/", x, y);
  }
}

TEST(Formats, EightBitsOnAllPairs) {
  for (const Format& f : {e4m3, e5m2}) {
    const Neighbours numbers(f);
    for (std::uint64_t i = 0; i < 256; ++i)
      for (std::uint64_t j = 0; j < 256; ++j) check_pair(numbers, decode(i, f), decode(j, f), f);
  }
}

TEST(Formats, SixteenBitsOnDrawnPairs) {
  Draw draw(4);
  for (const Format& f : {binary16, bfloat16}) {
    const Neighbours numbers(f);
    for (int i = 0; i < 30'000; ++i) {
      const std::uint64_t x = draw.bits() & 0xffff;
      const std::uint64_t y = draw.chance(3) ? x ^ (draw.bits() & 0x8007) : draw.bits() & 0xffff;
      check_pair(numbers, decode(x, f), decode(y, f), f);
    }
  }
}

TEST(Formats, FusedMultiplyAddRoundsOnce) {
  Draw draw(5);
  for (const Format& f : {e4m3, e5m2, binary16, bfloat16}) {
    const Neighbours numbers(f);
    const auto any = [&] { return decode(draw.bits() & ((std::uint64_t{1} << f.bits) - 1), f); };
    for (int i = 0; i < 20'000; ++i) {
      const double x = any(), y = any(), z = draw.chance(2) ? any() : round_to_format(-x * y, f);
      const Rational exact = Rational(x) * Rational(y) + Rational(z);
      for (const Direction d : directions) expect_rounds(numbers, exact, ieee::fma(x, y, z, f, d), d, "fma", x, y);
    }
  }
}

// y = √x rounded down iff y² ≤ x < (next y)²; the other directions follow from where x lies among the squares.
TEST(Formats, SixteenBitRootsAreCorrect) {
  for (const Format& f : {binary16, bfloat16, e4m3, e5m2})
    for (std::uint64_t bits = 1; bits < (std::uint64_t{1} << (f.bits - 1)); ++bits) {
      const double x = decode(bits, f);
      if (!std::isfinite(x)) continue;
      const double down = ieee::apply(mpfr_sqrt, x, f, Direction::down);
      const double up = ieee::apply(mpfr_sqrt, x, f, Direction::up);
      const Rational exact(x), low = square(Rational(down)), high = square(Rational(up));
      const bool on = equal(low, exact).exact == Tri::yes;
      ASSERT_TRUE(on ? up == down
                     : less(low, exact).exact == Tri::yes && less(exact, high).exact == Tri::yes &&
                           encode(up, f) == encode(down, f) + 1)
          << f.name << ' ' << x;
      const Rational middle = square((Rational(down) + Rational(up)) * Rational(0.5));
      const double nearest = less(exact, middle).exact == Tri::yes ? down : up;  // no root is a midpoint
      ASSERT_TRUE(on || equal(exact, middle).exact == Tri::no);
      ASSERT_EQ(ieee::apply(mpfr_sqrt, x, f), nearest) << f.name << ' ' << x;
      ASSERT_EQ(ieee::apply(mpfr_sqrt, x, f, Direction::toward_zero), down);
    }
}

TEST(Formats, StorageRoundTrip) {
  for (const Format& f : {binary16, bfloat16, e4m3, e5m2})
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << f.bits); ++bits) {
      const double x = decode(bits, f);
      ASSERT_TRUE(encode(x, f) == bits || (x != x && std::isnan(decode(encode(x, f), f)))) << f.name;
      ASSERT_TRUE(same(round_to_format(x, f), x)) << f.name << ' ' << bits;
    }
  Draw draw(6);
  for (int i = 0; i < 100'000; ++i) {
    const float x = test::draw_float(draw);
    ASSERT_TRUE(x != x || encode(x, binary32) == std::bit_cast<std::uint32_t>(x));
    ASSERT_TRUE(same(decode(std::bit_cast<std::uint32_t>(x), binary32), x));
    ASSERT_TRUE(same(decode(std::bit_cast<std::uint32_t>(x) >> 16, bfloat16),
                     std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xffff0000u)));
  }
}

// The compiler's own half precision, and the documented corners of the 8-bit formats.
TEST(Formats, ConversionsAgreeWithOthers) {
  Draw draw(7);
  for (int i = 0; i < 1'000'000; ++i) {
    const float x = draw.chance(2) ? test::draw_float(draw) : std::ldexp(test::draw_float(draw), -10);
    const auto half = static_cast<_Float16>(x);
    ASSERT_TRUE(same(round_to_format(x, binary16), static_cast<double>(half))) << std::hexfloat << x;
  }
  for (std::uint64_t bits = 0; bits < 65536; ++bits)
    ASSERT_TRUE(same(decode(bits, binary16), std::bit_cast<_Float16>(static_cast<std::uint16_t>(bits))));
  EXPECT_EQ(decode(0x7e, e4m3), 448);
  EXPECT_TRUE(std::isnan(decode(0x7f, e4m3)));
  EXPECT_EQ(decode(0x01, e4m3), std::ldexp(1.0, -9));
  EXPECT_EQ(decode(0x7b, e5m2), 57344);
  EXPECT_TRUE(std::isinf(decode(0x7c, e5m2)));
  EXPECT_EQ(round_to_format(464, e4m3), 448);
  EXPECT_TRUE(std::isnan(round_to_format(464.5, e4m3)));
  EXPECT_TRUE(std::isnan(ieee::divide(1, 0, e4m3)));
  EXPECT_EQ(decode(encode(-1.25, tf32), tf32), -1.25);
  EXPECT_EQ(encode(-1.25, tf32), std::bit_cast<std::uint32_t>(-1.25f));
}

// Each function lies between its neighbours in the format, decided by MPFR with far more bits.
TEST(Formats, FunctionsAreCorrectlyRounded) {
  constexpr std::array<ieee::Unary, 12> functions{mpfr_exp, mpfr_expm1, mpfr_log,  mpfr_log1p, mpfr_sin,  mpfr_cos,
                                                  mpfr_tanh, mpfr_erf,  mpfr_atan, mpfr_cbrt,  mpfr_exp2, mpfr_log2};
  mpfr_t wide;
  mpfr_init2(wide, 300);
  for (const Format& f : {e4m3, e5m2, binary16, bfloat16}) {
    const Neighbours numbers(f);
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << f.bits); bits += f.bits == 8 ? 1 : 37)
      for (const ieee::Unary function : functions) {
        const double x = decode(bits, f);
        mpfr_set_d(wide, x, MPFR_RNDN);
        function(wide, wide, MPFR_RNDZ);
        if (mpfr_regular_p(wide) == 0 || std::abs(mpfr_get_exp(wide)) > 400) continue;
        Rational exact;
        mpfr_get_q(exact.mutable_value(), wide);
        for (const Direction d : directions)
          expect_rounds(numbers, exact, ieee::apply(function, x, f, d), d, "function", x, 0);
      }
  }
  mpfr_clear(wide);
}

// Nothing, or a few ulps of ½.
double draw_step(Draw& draw) { return static_cast<double>(draw.pick(-2, 2)) * 0x1p-53; }

// Steps never round: in every format they are the steps over the rationals, with the sign of the operand.
TEST(Formats, StepsAreExact) {
  for (const Format& f : {e4m3, e5m2, binary16, bfloat16})
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << f.bits); ++bits) {
      const double x = decode(bits, f);
      if (!std::isfinite(x)) continue;
      ASSERT_EQ(floor(Rational(x)).nearest(), spec::floor(x)) << x;
      ASSERT_EQ(round_even(Rational(x)).nearest(), spec::round_even(x)) << x;
      ASSERT_EQ(std::signbit(spec::round_even(x)), std::signbit(x)) << x;
      ASSERT_EQ(round_to_format(spec::floor(x), f), spec::floor(x)) << x;
    }
  Draw draw(8);
  for (int i = 0; i < 300'000; ++i) {
    const double x = draw.chance(2) ? std::bit_cast<double>(draw.bits())
                                    : static_cast<double>(draw.pick(-4000, 4000)) / 2 + draw_step(draw);
    if (!std::isfinite(x)) continue;
    ASSERT_EQ(round_even(Rational(x)).nearest(), spec::round_even(x)) << std::hexfloat << x;
  }
  EXPECT_EQ(round_even(Binary<binary16>(2.5).rounding(Direction::up)).value(), 2);
  EXPECT_TRUE(std::isnan(spec::round_even(NAN)) && std::isinf(spec::round_even(INFINITY)));
  EXPECT_EQ(computed_as(Binary<binary16>(1), Binary<binary16>(2)).value(), 2);
}

// Results far outside the range of double still round by their direction.
TEST(Formats, ExtremesOfFunctions) {
  EXPECT_EQ(ieee::apply(mpfr_exp, -1e300, binary64, Direction::up), 0x1p-1074);
  EXPECT_EQ(ieee::apply(mpfr_exp, -1e300, binary64), 0);
  EXPECT_EQ(ieee::apply(mpfr_exp, 1e300, binary64, Direction::down), binary64.largest());
  EXPECT_TRUE(std::isinf(ieee::apply(mpfr_exp, 1e300, binary64)));
  EXPECT_TRUE(std::isnan(ieee::apply(mpfr_exp, 1e300, e4m3)));
  EXPECT_TRUE(same(ieee::add(1, -1, binary32, Direction::down), -0.0));
  EXPECT_TRUE(same(ieee::add(1, -1, binary32, Direction::up), 0.0));
}

TEST(Binary, IntegersRatiosAndDirections) {
  using Half = Binary<binary16>;
  EXPECT_EQ(Half(Index{2049}).value(), 2048);
  EXPECT_EQ(Half(2049.0, Direction::up).value(), 2050);
  EXPECT_EQ(Binary<binary64>((Index{1} << 60) + 1).value(), 0x1p60);
  EXPECT_EQ(ratio(Half(1.0), 1, 3).value(), 0x1.554p-2);
  EXPECT_EQ(ratio(Half(1.0).rounding(Direction::up), 1, 3).value(), 0x1.558p-2);
  EXPECT_EQ((Half(1.0).rounding(Direction::up) / Half(3.0)).direction(), Direction::up);
  EXPECT_EQ((Half(1.0) / Half(3.0).rounding(Direction::down)).value(), 0x1.554p-2);
  EXPECT_EQ(to_index(Half(7.0)), Index{7});
  EXPECT_EQ(maximum(Half(1.0), Half(NAN)).bits() & 0x7e00, 0x7e00u);
}

}  // namespace
}  // namespace plumbline::spec
