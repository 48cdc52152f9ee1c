// Exact grids: on small integers and short dyadic fractions the tolerance is zero, whatever the order.
#include <gtest/gtest.h>

#include "spec/num/verdict.h"
#include "tests/num/emulated.h"

namespace plumbline::spec {
namespace {

using R = Rounded<Approx>;

template <class N>
N dot(const std::vector<N>& a, const std::vector<N>& b) {
  return sum<N>(static_cast<Index>(a.size()),
                [&](Index i) { return a[static_cast<std::size_t>(i)] * b[static_cast<std::size_t>(i)]; });
}

struct Data {
  std::vector<double> a, b;
};
Data grid_data(Generator& random, std::size_t n, int bits, int exponent) {
  Data data{std::vector<double>(n), std::vector<double>(n)};
  const auto draw = [&] { return static_cast<double>(static_cast<int>(random() % (2u << bits)) - (1 << bits)); };
  for (double& x : data.a) x = std::ldexp(draw(), exponent);
  for (double& x : data.b) x = draw();
  return data;
}
template <class N, class... From>
std::vector<N> read(const std::vector<double>& x, From&&... from) {
  std::vector<N> out;
  for (double v : x) {
    if constexpr (std::same_as<N, R>)
      out.push_back(N::leaf(v, from...));
    else
      out.push_back(N(v, from...));
  }
  return out;
}

TEST(Grid, any_order_gives_the_exact_sum) {
  Generator random(1);
  for (const Format& format : {binary32, bfloat16, binary16, tf32})
    for (int repeat = 0; repeat < 500; ++repeat) {
      Claims claims = Claims::in(format);
      claims.accumulator = repeat % 2 == 0 ? binary32 : format;
      if (repeat % 2 == 0) claims.intermediate = binary32;
      claims.flushes_subnormals = repeat % 3 == 0;
      const int bits = format == binary32 ? 6 : 1;
      const Data data = grid_data(random, 2 + random() % 30, bits, static_cast<int>(random() % 10) - 5);
      const R expected = dot(read<R>(data.a, claims), read<R>(data.b, claims)).finished();
      EXPECT_EQ(expected.d, 0) << format.name;
      EXPECT_TRUE(expected.exact.is_exact());
      Kernel kernel{claims, random};
      const double got = dot(read<Emulated>(data.a, &kernel), read<Emulated>(data.b, &kernel)).value;
      EXPECT_EQ(got, expected.exact.centre());
      const Judged judged = judge(expected, std::nextafter(static_cast<float>(got), 1e9F), upward::infinity);
      EXPECT_EQ(judged.verdict, Verdict::fail);
      EXPECT_TRUE(judged.zero_tolerance);
    }
}

TEST(Grid, ends_where_a_partial_sum_may_round) {
  const Claims claims;
  const auto total = [&](Index n) {
    return sum<R>(n, [&](Index) { return R::leaf(0x1p20, claims) * R::leaf(1, claims); });
  };
  EXPECT_EQ(total(16).d, 0);  // all partial sums are multiples of 2^20
  const auto odd = [&](Index n) { return sum<R>(n, [&](Index i) { return R::leaf(i == 0 ? 1 : 0x1p20, claims); }); };
  EXPECT_EQ(odd(16).d, 0);  // 15·2^20 + 1 < 2^24
  EXPECT_GT(odd(18).d, 0);  // 17·2^20 + 1 > 2^24
  EXPECT_GT(R::leaf(0x1p-149, claims).exact.centre(), 0);
  EXPECT_EQ((R::leaf(0x1p-100, claims) * R::leaf(0x1p-40, claims)).adopted(&claims).d, 0);
  EXPECT_GT((R::leaf(0x1p-100, claims) * R::leaf(0x1p-60, claims)).adopted(&claims).d, 0);  // underflows
}

TEST(Grid, passes_through_exact_operations) {
  const Claims claims;
  const R x = R::leaf(3, claims), y = R::leaf(-0.75, claims), z = R::leaf(5, claims);
  for (const R& v : {x + y, x - y, x * y, -x, abs(y), ramp(y), maximum(x, y), minimum(x, y), select(less(x, y), x, y),
                     x * y + z * x - y, x / R::leaf(0.5, claims), R(Index{7}) * x, sqrt(R::leaf(2.25, claims))}) {
    EXPECT_EQ(v.adopted(&claims).finished().d, 0);
    EXPECT_TRUE(v.exact.is_exact());
  }
  EXPECT_EQ(to_index(x * z), 15);
}

// The block-wise sums agree with sums term by term: same enclosure, and bounds that differ only by rounding up.
TEST(Sums, block_by_block_and_term_by_term_agree) {
  Generator random(4);
  std::normal_distribution<float> normal;
  const Claims claims;
  for (Index n : {1, 2, 3, 4, 5, 127, 128, 129, 300, 1000}) {
    std::vector<R> a, b;
    std::vector<Rounded<Ball>> p, q;
    for (Index i = 0; i < n; ++i) {
      const double x = normal(random), y = normal(random);
      a.push_back(R::leaf(x, claims)), b.push_back(R::leaf(y, claims));
      p.push_back(Rounded<Ball>::leaf(x, claims, Ball::exact(0, 128))),
          q.push_back(Rounded<Ball>::leaf(y, claims, Ball::exact(0, 128)));
    }
    const R fast = dot(a, b).finished();
    const auto careful = dot(p, q).finished();
    EXPECT_LE(lower(fast.exact), lower(careful.exact));
    EXPECT_GE(upper(fast.exact), upper(careful.exact));
    EXPECT_LE(careful.d, fast.d * (1 + unit_roundoff(binary16)));
    EXPECT_GE(careful.d * 2, fast.d);
    EXPECT_LE(fast.deviation(), careful.deviation() * 2);
    EXPECT_GE(fast.deviation() * 2, careful.deviation());
  }
}

TEST(Sums, claimed_orders_are_held_to_tighter_bounds) {
  Generator random(8);
  std::normal_distribution<float> normal;
  const auto bound = [&](const char* name, const char* value) {
    Claims claims;
    EXPECT_TRUE(set_claim(claims, name, value));
    std::vector<R> a, b;
    Generator same(3);
    for (int i = 0; i < 1024; ++i)
      a.push_back(R::leaf(normal(same), claims)), b.push_back(R::leaf(normal(same), claims));
    return dot(a, b).d;
  };
  const double any = bound("order", "any"), left = bound("order", "left"), lanes = bound("order", "lanes:16"),
               tree = bound("order", "tree");
  std::printf("bound at n = 1024 under claims: any %g, left %g, lanes:16 %g, tree %g\n", any, left, lanes, tree);
  EXPECT_LT(left, any);
  EXPECT_LT(lanes, any);
  EXPECT_LT(tree, any);
}

}  // namespace
}  // namespace plumbline::spec
