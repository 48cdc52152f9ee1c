// Rounded is sound: no implementation that keeps its claims ever exceeds the derived bound; and it is not idle.
#include "spec/num/rounded.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <map>

#include "spec/lang/ranges.h"
#include "spec/num/verdict.h"
#include "tests/num/emulated.h"

namespace plumbline::spec {
namespace {

using Filter = Rounded<Approx>;
static_assert(Number<Filter> && Number<Rounded<Ball>>);
static_assert(sizeof(Filter) <= 64);  // one cache line

// One formula, read under every number type.
template <class N>
using Formula = std::function<N(const std::vector<N>&)>;
struct Subject {
  std::string name;
  Formula<Filter> bounded;
  Formula<Rounded<Ball>> certified;
  Formula<Emulated> run;
};
#define FORMULA(NAME, BODY) \
  Subject { NAME, []<class V>(const V& x) BODY, []<class V>(const V& x) BODY, []<class V>(const V& x) BODY }

template <class N>
N total_of(const std::vector<N>& x) {
  return sum<N>(static_cast<Index>(x.size()), [&](Index i) -> const N& { return x[static_cast<std::size_t>(i)]; });
}
template <class N>
N dot(const std::vector<N>& x) {
  const auto h = x.size() / 2;
  return sum<N>(static_cast<Index>(h),
                [&](Index i) { return x[static_cast<std::size_t>(i)] * x[static_cast<std::size_t>(i) + h]; });
}
template <class N>
N mean(const std::vector<N>& x) {
  return total_of(x) / N(static_cast<Index>(x.size()));
}
template <class N>
std::vector<N> exponentials(const std::vector<N>& x) {
  N top = x[0];
  for (const N& v : x) top = maximum(top, v);
  std::vector<N> e;
  for (const N& v : x) e.push_back(exp(v - top));
  return e;
}
template <class N>
N variance(const std::vector<N>& x) {
  const N mu = mean(x);
  std::vector<N> squares;
  for (const N& v : x) squares.push_back((v - mu) * (v - mu));
  return mean(squares);
}
template <class N>
N gelu_tanh(const N& x) {
  const N inner = sqrt(ratio(x, 2, 1) / pi(x)) * (x + real(x, 0.044715) * x * x * x);
  return ratio(x, 1, 2) * x * (N(Index{1}) + tanh(inner));
}
template <class N>
N horner(const std::vector<N>& x) {
  N p = x[1];
  for (std::size_t i = 2; i < std::min<std::size_t>(x.size(), 8); ++i) p = p * x[0] + x[i];
  return p;
}

// In [−½, ½], where 1 + f + f²/2 + f³/6 is near e^f.
template <class N>
N fraction(const N& x) {
  return x - round_even(x);
}
template <class N>
N cubic(const N& f) {
  return N(Index{1}) + f * (N(Index{1}) + f * (real(f, 0.5) + f * ratio(f, 1, 6)));
}

std::vector<Subject> subjects() {
  return {
      FORMULA("sum", { return total_of(x); }),
      FORMULA("dot", { return dot(x); }),
      FORMULA("affine of dots", { return dot(x) * x[0] + x[1]; }),
      FORMULA("softmax",
              {
                const auto e = exponentials(x);
                return e[0] / total_of(e);
              }),
      FORMULA("logsumexp", { return log(total_of(exponentials(x))); }),
      FORMULA("variance", { return variance(x); }),
      FORMULA("layer norm", { return (x[0] - mean(x)) / sqrt(variance(x) + real(x[0], 0x1.8p-17)); }),
      FORMULA("gelu tanh", { return gelu_tanh(x[0]); }),
      FORMULA("gelu erf", { return ratio(x[0], 1, 2) * x[0] * erfc(-x[0] / sqrt(ratio(x[0], 2, 1))); }),
      FORMULA("division chain", { return x[0] / (x[1] / (x[2] + x[3] / x[4])); }),
      FORMULA("sigmoid", { return ratio(x[0], 1, 1) / (ratio(x[0], 1, 1) + exp(-x[0])); }),
      FORMULA("softplus", { return ramp(x[0]) + log1p(exp(-abs(x[0]))); }),
      FORMULA("norm", { return sqrt(dot(x) * dot(x) + x[0] * x[0]); }),
      FORMULA("powers", { return pow(abs(x[0]), x[1]) + pow(x[2], ratio(x[2], 3, 1)); }),
      FORMULA("waves", { return sin(x[0]) * cos(x[1]) - expm1(sin(x[2])); }),
      FORMULA("horner", { return horner(x); }),
      FORMULA("roots and turns", { return cbrt(x[0] * x[1]) + atan(x[1] / x[2]) * log2(abs(x[3])); }),
      FORMULA("powers of two", { return exp2(ramp(x[0]) - x[1] * x[1]) - exp2(-abs(x[2])); }),
      FORMULA("steps", { return floor(x[0] * x[1]) + round_even(x[2] / x[3]) * x[4]; }),
      FORMULA("scaled", { return x[0] / x[1] * ratio(x[0], 1, 4) + (x[2] * x[3]) * real(x[0], -0x1p60); }),
      FORMULA("parts", { return x[0] * x[1] - floor(x[0] * x[1]); }),
      FORMULA("cubic exp", { return computed_as(exp(fraction(x[0])), cubic(fraction(x[0]))) * x[1]; }),
      FORMULA("branches",
              { return select(less(x[0] * x[1], x[2]), maximum(x[0], x[3]) * x[1], minimum(x[1], x[2]) - x[4]); }),
  };
}
#undef FORMULA

double drawn(Generator& random, int pattern) {
  std::normal_distribution<double> normal;
  const double x = normal(random);
  switch (pattern) {
    case 0:
      return x;
    case 1:
      return std::ldexp(x, static_cast<int>(random() % 40) - 20);
    case 2:
      return 1 + std::ldexp(x, -10);
    case 3:
      return static_cast<double>(static_cast<int>(random() % 33) - 16);
    case 4:
      return std::ldexp(x, -140 + static_cast<int>(random() % 20));
    case 5:
      return std::ldexp(x, 60 + static_cast<int>(random() % 66));
    default:
      return random() % 3 == 0 ? 0.0 : 4 * x;
  }
}

struct Tally {
  std::size_t judged = 0, unjudged = 0, open = 0, suspects = 0;
  double worst = 0, worst_deviation = 0;  // |err|/bound, and (|err| − b)/s
};

// Runs one formula on one draw of data; the values are those of the claimed operand format or wider.
void trial(const Subject& subject, const Claims& claims, Generator& random, int pattern, Tally& tally) {
  const auto n = 6 + random() % (random() % 4 == 0 ? 60 : 10);
  const Format& data = random() % 2 == 0 ? claims.operands : binary32;
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(nearest(drawn(random, pattern), data));
  if (std::any_of(x.begin(), x.end(), [](double v) { return !std::isfinite(v); })) return;
  std::vector<Filter> bounded;
  for (double v : x) bounded.push_back(Filter::leaf(v, claims));
  const Filter expected = subject.bounded(bounded).adopted(&claims).finished();
  for (int repeat = 0; repeat < 4; ++repeat) {
    Kernel kernel{claims, random};
    std::vector<Emulated> run;
    for (double v : x) run.emplace_back(kernel.leaf(v), &kernel);
    const double got = kernel.handed_out(subject.run(run).in(&kernel));
    Judged verdict = judge(expected, got, upward::infinity);
    if (verdict.verdict == Verdict::undecided) {
      ++tally.open;
      std::vector<Rounded<Ball>> exact;
      for (double v : x) exact.push_back(Rounded<Ball>::leaf(v, claims, Ball::exact(0, 256)));
      verdict = judge(subject.certified(exact).adopted(&claims).finished(), got, upward::infinity);
    }
    EXPECT_EQ(verdict.verdict, Verdict::pass)
        << subject.name << " got " << got << " expected " << expected.exact.centre() << " d " << expected.d << " ratio "
        << verdict.ratio << " n " << n << " pattern " << pattern << " claims " << print_claims(claims);
    verdict.unjudged ? ++tally.unjudged : ++tally.judged;
    if (!verdict.unjudged) tally.worst = std::max(tally.worst, verdict.ratio);
    tally.suspects += judge(expected, got, lambda(default_false_alarm, default_elements)).verdict == Verdict::suspect;
    const double beyond = std::abs(got - expected.exact.centre()) - expected.b, s = expected.deviation();
    if (!verdict.unjudged && s > 0 && std::isfinite(got))
      tally.worst_deviation = std::max(tally.worst_deviation, beyond / s);
  }
}

std::vector<Claims> all_claims() {
  std::vector<Claims> all{Claims(), Claims::in(binary16), Claims::in(bfloat16)};
  const auto add = [&](auto&& change) {
    all.emplace_back();
    change(all.back());
  };
  add([](Claims& c) { c.order = Order::left, c.fma = false; });
  add([](Claims& c) { c.order = Order::left; });
  add([](Claims& c) { c.order = Order::lanes, c.lanes = 8; });
  add([](Claims& c) { c.order = Order::tree; });
  add([](Claims& c) { c.order = Order::left, c.block = 3; });
  add([](Claims& c) { c.order = Order::lanes, c.lanes = 4, c.block = 5, c.fma = false; });
  add([](Claims& c) { c.flushes_subnormals = true; });
  add([](Claims& c) { c.operands = bfloat16; });
  add([](Claims& c) { c.operands = tf32; });
  add([](Claims& c) { c.accumulator = binary16; });
  add([](Claims& c) { c.output = bfloat16, c.ulps = Claims::uniform_ulps(1); });
  add([](Claims& c) { c.intermediate = c.operands = c.output = bfloat16; });
  add([](Claims& c) { c.intermediate = c.accumulator = wide32; });
  add([](Claims& c) { c.intermediate = c.accumulator = tall32, c.order = Order::lanes, c.lanes = 8; });
  add([](Claims& c) { c.intermediate = c.accumulator = wide32, c.output = binary16; });
  return all;
}

TEST(Rounded, correct_implementations_stay_within_the_bound) {
  Generator random(20);
  std::map<std::string, Tally> tallies;
  std::size_t judged = 0;
  for (const Claims& claims : all_claims())
    for (const Subject& subject : subjects())
      for (int pattern = 0; pattern < 7; ++pattern)
        for (int repeat = 0; repeat < 40; ++repeat) trial(subject, claims, random, pattern, tallies[subject.name]);
  for (const auto& [name, tally] : tallies) {
    std::printf("%-16s judged %6zu, worst err/bound %.3f, (err - b)/s %.2f; unjudged %6zu, refined %4zu\n",
                name.c_str(), tally.judged, tally.worst, tally.worst_deviation, tally.unjudged, tally.open);
    EXPECT_EQ(tally.suspects, 0u) << name;
    EXPECT_GT(tally.judged, tally.unjudged) << name;
    judged += tally.judged;
  }
  EXPECT_GT(judged, 100000u);
}

// Whatever ulps are claimed.
TEST(Rounded, functions_are_exact_at_zero_and_one) {
  Claims careless;
  careless.ulps = Claims::uniform_ulps(1000);
  const auto at = [&](double v) { return Filter::leaf(v, careless); };
  for (const Filter& y : {exp(at(0)), log(at(1)), tanh(at(0)), sin(at(0)), cos(at(0)), log1p(at(0)), expm1(at(0))})
    EXPECT_EQ(y.d, 0) << y.magnitude();
  EXPECT_GT(exp(at(1)).d, 0);
}

// Squares of numbers from 2^60 on overflow in binary32: with them nothing is judged, without them everything.
TEST(Rounded, AWiderRangeIsJudgedWhereTheFormatsOwnIsLeft) {
  constexpr int large = 5;
  Generator random(21);
  Claims wide;
  wide.intermediate = wide.accumulator = wide32;
  Tally own_range, wide_range;
  for (const Subject& subject : subjects())
    if (subject.name == std::string("layer norm"))
      for (int repeat = 0; repeat < 200; ++repeat) {
        trial(subject, Claims(), random, large, own_range);
        trial(subject, wide, random, large, wide_range);
      }
  EXPECT_GT(own_range.unjudged, 0u);
  EXPECT_GT(wide_range.judged, 0u);
  EXPECT_EQ(wide_range.unjudged, 0u);
}

}  // namespace
}  // namespace plumbline::spec
