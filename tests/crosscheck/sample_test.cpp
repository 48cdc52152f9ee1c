// Cases are pure functions of their keys, reach every class of floats, and lie in binary32 and in their domains.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/sample/draw.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {
namespace {

using spec::Domain;
using spec::Index;
using spec::Shape;

const spec::Catalogue& catalogue() {
  static const spec::Catalogue c = spec::Catalogue::builtin();
  return c;
}

bool same(const Case& a, const Case& b) {
  if (a.graph != b.graph || a.data.size() != b.data.size() || !same_bits(a.cotangent, b.cotangent)) return false;
  for (std::size_t i = 0; i < a.data.size(); ++i)
    if (!same_bits(a.data[i], b.data[i])) return false;
  return true;
}

TEST(Choices, AreAFunctionOfTheKey) {
  RandomChoices a(1, "forward", "sum", 7), b(1, "forward", "sum", 7);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(a.pick(-5, 1000), b.pick(-5, 1000));
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (const char* law : {"forward", "backward"})
      for (const char* op : {"sum", "mean"})
        for (std::uint64_t n = 0; n < 20; ++n) first.insert(RandomChoices(seed, law, op, n).word());
  EXPECT_EQ(first.size(), 20U * 2 * 2 * 20);
}

TEST(Choices, StayWithinTheirRangeAndReachItsEnds) {
  RandomChoices random(3);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 2000; ++i) seen.insert(random.pick(-3, 4));
  EXPECT_EQ(*seen.begin(), -3);
  EXPECT_EQ(*seen.rbegin(), 4);
  EXPECT_EQ(seen.size(), 8U);
  constexpr auto lo = std::numeric_limits<std::int64_t>::min(), hi = std::numeric_limits<std::int64_t>::max();
  EXPECT_NE(random.pick(lo, hi), random.pick(lo, hi));
}

TEST(Choices, RecordedOnesReplay) {
  RandomChoices random(5);
  RecordedChoices record({}, &random);
  const auto entry = catalogue().find("matmul");
  const auto first = entry->sample(record);
  RecordedChoices replay(record.answers());
  const auto second = entry->sample(replay);
  EXPECT_EQ(first.shapes, second.shapes);
  RecordedChoices empty({});
  EXPECT_EQ(empty.pick(2, 9), 2);
}

TEST(Choices, BytesEndInTheSimplestAnswers) {
  const std::uint8_t bytes[] = {200, 3};
  ByteChoices choices(bytes);
  EXPECT_EQ(choices.pick(0, 255), 200);
  EXPECT_EQ(choices.pick(10, 13), 13);
  EXPECT_TRUE(choices.exhausted());
  EXPECT_EQ(choices.pick(4, 9), 4);
}

// Every number is one of the format's, in every pattern; the classes of bits are the format's own.
TEST(Patterns, FillWithNumbersOfTheFormat) {
  for (const spec::Format& format : {spec::binary64, spec::binary32, spec::binary16, spec::bfloat16}) {
    bool subnormal = false, largest_binade = false, full = false;
    for (std::size_t p = 0; p < pattern_count; ++p)
      for (const Domain& d : {Domain::any(), Domain::within(-1, 1, {0}), Domain::near({0, 100})}) {
        RandomChoices choices(p);
        const Values x = fill(choices, static_cast<Pattern>(p), Shape{400}, d, format);
        for (double e : x.elements()) {
          ASSERT_EQ(spec::round_to_format(e, format), e) << format.name << ' ' << pattern_names[p];
          ASSERT_TRUE(std::isfinite(e) && e >= d.lo && e <= d.hi) << format.name << ' ' << pattern_names[p];
          subnormal |= e != 0 && std::abs(e) < format.smallest_normal();
          largest_binade |= std::abs(e) >= std::ldexp(1.0, format.emax);
          const auto bits = spec::encode(e, format);
          full |= e != 0 && (bits & 1) != 0;
        }
      }
    EXPECT_TRUE(subnormal && largest_binade && full) << format.name;
  }
}

TEST(Patterns, FillDomainsWithBinary32) {
  const Domain domains[] = {Domain::any(),
                            Domain::within(0, std::numeric_limits<double>::infinity()),
                            Domain::within(-1, 1, {0}),
                            Domain::near({0, 100}),
                            Domain::mask(),
                            Domain::index(7)};
  for (const Domain& d : domains)
    for (std::size_t p = 0; p < pattern_count; ++p) {
      RandomChoices choices(p);
      const Values x = fill(choices, static_cast<Pattern>(p), Shape{40, 5}, d);
      for (double e : x.elements()) {
        EXPECT_EQ(e, static_cast<double>(static_cast<float>(e))) << pattern_names[p];
        EXPECT_GE(e, d.lo) << pattern_names[p];
        EXPECT_LE(e, d.extent >= 0 ? 6 : d.hi) << pattern_names[p];
        EXPECT_TRUE(!d.truth || e == 0 || e == 1);
        EXPECT_TRUE(d.extent < 0 || e == std::trunc(e));
      }
    }
}

TEST(Patterns, DifferWhereTheyShould) {
  RandomChoices choices(1);
  const auto values = [&](Pattern p) { return fill(choices, p, Shape{256}, Domain::any()); };
  const auto count = [](const Values& x, auto&& f) {
    return std::count_if(x.elements().begin(), x.elements().end(), f);
  };
  const auto grid = values(Pattern::grid);
  EXPECT_EQ(count(grid, [](double e) { return e * 16 == std::trunc(e * 16) && std::abs(e) <= 64; }), 256);
  const auto constant = values(Pattern::constant);
  EXPECT_EQ(count(constant, [&](double e) { return e == constant[0]; }), 256);
  const auto sorted = values(Pattern::sorted);
  std::vector<double> up(sorted.elements().begin(), sorted.elements().end());
  if (up.front() > up.back()) std::reverse(up.begin(), up.end());
  EXPECT_TRUE(std::is_sorted(up.begin(), up.end()));
  EXPECT_GT(
      count(values(Pattern::tiny), [](double e) { return e != 0 && std::abs(e) < std::numeric_limits<float>::min(); }),
      10);
  EXPECT_GT(count(values(Pattern::huge), [](double e) { return std::abs(e) > std::ldexp(1.0, 118); }), 250);
}

// Class first: each is reached within a few draws of the pattern of bits.
TEST(Patterns, BitsReachEveryFiniteClass) {
  RandomChoices choices(2);
  const Values x = fill(choices, Pattern::bits, Shape{512}, Domain::any());
  bool zero = false, subnormal = false, normal = false, huge = false, minus_zero = false, power = false;
  for (double e : x.elements()) {
    const auto f = static_cast<float>(e);
    zero |= e == 0, minus_zero |= e == 0 && std::signbit(e);
    subnormal |= std::fpclassify(f) == FP_SUBNORMAL, normal |= std::fpclassify(f) == FP_NORMAL;
    huge |= std::abs(e) > std::ldexp(1.0, 118);
    power |= (std::bit_cast<std::uint32_t>(f) & 0x7fffff) == 0 && f != 0;
  }
  EXPECT_TRUE(zero && subnormal && normal && huge && minus_zero && power);
}

TEST(Draw, IsAFunctionOfTheKey) {
  Wish wish;
  wish.cotangent = true;
  for (const spec::OpEntry* entry : catalogue().entries())
    for (std::uint64_t n = 0; n < 4; ++n) {
      const DrawKey key{9, "forward", n, 0};
      const auto a = draw_case(*entry, key, wish), b = draw_case(*entry, key, wish);
      ASSERT_EQ(a.has_value(), b.has_value()) << entry->name;
      if (!a) continue;
      EXPECT_TRUE(same(*a, *b)) << entry->name;
      EXPECT_LE(a->size(), wish.most_elements) << entry->name;
    }
}

TEST(Draw, EveryOpMeetsEveryPattern) {
  std::set<Pattern> seen;
  for (std::uint64_t n = 0; n < 20; ++n) seen.insert(pattern_of({1, "forward", n, 0}));
  EXPECT_EQ(seen.size(), pattern_count);
}

TEST(Draw, GraphsAreSmallAndShareValues) {
  int shared = 0, ops = 0;
  for (std::uint64_t n = 0; n < 60; ++n) {
    const DrawKey key{4, "end_to_end", n, 0};
    const Case c = draw_graph(catalogue(), key, {});
    EXPECT_TRUE(same(c, draw_graph(catalogue(), key, {})));
    ASSERT_EQ(c.graph.outputs().size(), 1U);
    std::vector<int> uses(static_cast<std::size_t>(c.graph.size()), 0);
    int here = 0;
    for (const spec::Node& node : c.graph.nodes()) {
      here += node.leaf == spec::Leaf::none;
      for (spec::NodeId i : node.inputs) ++uses[static_cast<std::size_t>(i)];
    }
    EXPECT_LE(here, most_graph_nodes);
    ops += here;
    shared += std::any_of(uses.begin(), uses.end(), [](int u) { return u > 1; });
    const auto back = spec::parse_graph(spec::print(c.graph), catalogue());
    ASSERT_TRUE(back.has_value()) << back.error().what();
    EXPECT_EQ(*back, c.graph);
  }
  EXPECT_GT(shared, 10);
  EXPECT_GT(ops, 60 * 3);
}

}  // namespace
}  // namespace plumbline::crosscheck
