// Judging a product of ordinary data: what correct kernels do is accepted, what wrong ones do is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "crosscheck/judge/judge.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;

constexpr Index m = 96, k = 512, n = 80;

struct Product {
  Values a, b;
};

Product normal_product() {
  std::mt19937_64 bits(2024);
  std::normal_distribution<float> normal;
  const auto draw = [&](spec::Shape shape) {
    return Values::generate(shape, [&](Index) { return double{normal(bits)}; });
  };
  Product out;
  out.a = draw({m, k});
  out.b = draw({k, n});
  return out;
}

// Each element from its row and column: f(k ↦ a, k ↦ b).
template <class F>
Values product(const Product& p, F&& f) {
  return Values::generate({m, n}, [&](Index c) {
    const auto a = [&](Index i) { return static_cast<float>(p.a[c / n * k + i]); };
    const auto b = [&](Index i) { return static_cast<float>(p.b[i * n + c % n]); };
    return double{f(a, b)};
  });
}

Verdict verdict(const Product& p, const Values& got, Tier tier = Tier::statistics) {
  const auto op = spec::value_or_throw(spec::Catalogue::builtin().parse("matmul", {}));
  JudgeOptions options;
  options.any_method = true;
  options.tier = tier;
  options.run_elements = static_cast<double>(got.size());
  return judge_op(op, {p.a, p.b}, got, spec::Claims(), options).verdict;
}

const auto left_fold = [](auto a, auto b) {
  float s = 0;
  for (Index i = 0; i < k; ++i) s += a(i) * b(i);
  return s;
};

TEST(JudgeMatmul, CorrectOrdersAreAccepted) {
  const Product p = normal_product();
  EXPECT_EQ(verdict(p, product(p, left_fold)), Verdict::pass);
  EXPECT_EQ(verdict(p, product(p, [](auto a, auto b) {
              float s = 0;
              for (Index i = k; i-- > 0;) s += a(i) * b(i);
              return s;
            })), Verdict::pass);
  EXPECT_EQ(verdict(p, product(p, [](auto a, auto b) {
              float s = 0;
              for (Index i = 0; i < k; ++i) s = std::fma(a(i), b(i), s);
              return s;
            })), Verdict::pass);
  EXPECT_EQ(verdict(p, product(p, [](auto a, auto b) {
              float total = 0;
              for (Index from = 0; from < k; from += 64) {
                float s = 0;
                for (Index i = from; i < from + 64; ++i) s += a(i) * b(i);
                total += s;
              }
              return total;
            })), Verdict::pass);
  EXPECT_EQ(verdict(p, product(p, [](auto a, auto b) {
              double s = 0;
              for (Index i = 0; i < k; ++i) s += double{a(i)} * b(i);
              return static_cast<float>(s);
            })), Verdict::pass);
}

TEST(JudgeMatmul, OneElementOffByOnePartInTenThousandIsRefused) {
  const Product p = normal_product();
  const Values right = product(p, left_fold);
  int refused = 0, large = 0;
  for (Index i = 0; i < right.size(); i += 97) {
    if (std::abs(right[i]) < std::sqrt(static_cast<double>(k)) / 2) continue;  // the typical size of an element is √k
    ++large;
    Values wrong = right;
    wrong.mutable_elements()[static_cast<std::size_t>(i)] = static_cast<float>(right[i] * (1 + 1.0 / 10000));
    refused += verdict(p, wrong) != Verdict::pass;
  }
  EXPECT_GT(large, 20);
  EXPECT_EQ(refused, large);
}

TEST(JudgeMatmul, NarrowOperandsAccumulatorsAndLostTermsAreRefused) {
  const Product p = normal_product();
  for (const spec::Format& f : {spec::tf32, spec::bfloat16, spec::binary16}) {
    Product narrow = p;
    for (Values* x : {&narrow.a, &narrow.b})
      *x = map(*x, [&](double v) { return spec::round_to_format(v, f); });
    EXPECT_NE(verdict(p, product(narrow, left_fold)), Verdict::pass) << f.name;
  }
  EXPECT_NE(verdict(p, product(p, [](auto a, auto b) {
              float s = 0;
              for (Index i = 0; i + 1 < k; ++i) s += a(i) * b(i);
              return s;
            })), Verdict::pass);
  EXPECT_NE(verdict(p, product(p, [](auto a, auto b) {
              double s = 0;
              for (Index i = 0; i < k; ++i) s = spec::round_to_format(s + a(i) * b(i), spec::binary16);
              return static_cast<float>(s);
            })), Verdict::pass);
}

TEST(JudgeMatmul, ZerosConstantsAndTheWrongShapeAreRefused) {
  const Product p = normal_product();
  EXPECT_EQ(verdict(p, Values::full({m, n}, 0)), Verdict::fail);
  EXPECT_EQ(verdict(p, Values::full({m, n}, std::nan(""))), Verdict::fail);
  EXPECT_EQ(verdict(p, Values::full({n, m}, 0)), Verdict::fail);
}

}  // namespace
}  // namespace plumbline::crosscheck
