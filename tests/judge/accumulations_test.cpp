// One-sided errors of products that share inputs are told; kernels of every order are not suspected.
#include "crosscheck/judge/accumulations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "crosscheck/judge/reading.h"
#include "crosscheck/sample/draw.h"
#include "crosscheck/subjects/subject.h"
#include "spec/graph/catalogue.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;
using spec::Shape;

const spec::Claims claims = spec::Claims::in(spec::binary32);

spec::Op op_of(const std::string& name, const spec::Attributes& attributes = {}) {
  return spec::value_or_throw(spec::Catalogue::builtin().parse(name, attributes));
}
Values normal(const Shape& shape, std::uint64_t seed) {
  RandomChoices choices(seed, "accumulations", "test", 0, 0);
  return fill(choices, Pattern::normal, shape, spec::Domain::any());
}
spec::Graph graph_of(const spec::Op& op, const std::vector<Values>& in) {
  spec::Shapes shapes;
  for (const Values& x : in) shapes.push_back(x.shape());
  return spec::value_or_throw(spec::graph_of(op, shapes));
}
Judgement judged(const spec::Op& op, const std::vector<Values>& in, const Values& got) {
  return judge_op(op, in, got, claims, JudgeOptions{});
}

// How many classes, of outputs of at least eight terms; 0 where there are none.
std::size_t classes(const std::string& name, const std::vector<Values>& in, const spec::Attributes& attributes = {}) {
  const spec::Graph graph = graph_of(op_of(name, attributes), in);
  const auto found = accumulation_classes(graph, in, graph.outputs().front(), [](spec::NodeId) { return claims; });
  if (!found) return 0;
  std::set<Index> named(found->begin(), found->end());
  named.erase(no_class);
  return named.size();
}

TEST(Accumulations, AreToldByTheirTerms) {
  const Values x = normal({6, 9}, 1), w = normal({4, 9}, 2), b = normal({4}, 3), square = normal({9, 5}, 4);
  EXPECT_EQ(classes("linear", {x, w, b}), 24U);
  EXPECT_EQ(classes("matmul", {x, square}), 30U);
  EXPECT_EQ(classes("conv2d", {normal({2, 3, 5, 5}, 5), normal({4, 3, 3, 3}, 6), b}), 72U);
  EXPECT_EQ(classes("sum", {x}, {{"axes", "[1]"}}), 6U);
  EXPECT_EQ(classes("mul", {x, normal({6, 9}, 20)}), 0U) << "one rounding mixes nothing";
  EXPECT_EQ(classes("matmul", {map(x, [](double v) { return std::round(v * 4); }), square}), 0U) << "short numbers";
  EXPECT_EQ(classes("cumsum", {x}, {{"axis", "1"}}), 0U) << "partial sums are shared";
  EXPECT_EQ(classes("mean", {x}, {{"axes", "[1]"}}), 0U) << "a fifth rounds";
  EXPECT_EQ(classes("softmax", {x}), 0U);
  EXPECT_EQ(classes("attention", {normal({4, 8}, 7), normal({4, 8}, 8), normal({4, 8}, 9)}), 0U);
}

TEST(Accumulations, OfTheSameTermsShareAClass) {
  const Values x = normal({8, 9}, 1), w = normal({9, 3}, 2);
  const Values rows = Values::generate({8, 9}, [&](Index i) { return i < 9 ? 4 * x[i + 9] : x[i]; });
  EXPECT_EQ(classes("matmul", {rows, w}), 21U);
  const Values few = map(normal({8, 8}, 3), [](double v) { return v < 0 ? 0.75 : 0.625; });
  EXPECT_EQ(classes("matmul", {few, normal({8, 8}, 4)}), 0U);
}

struct Product {
  std::string name;
  std::vector<Values> in;
};
std::vector<Product> products() {
  return {{"matmul", {normal({48, 40}, 11), normal({40, 48}, 12)}},
          {"linear", {normal({32, 64}, 13), normal({24, 64}, 14), normal({24}, 15)}},
          {"conv2d", {normal({2, 4, 9, 9}, 16), normal({8, 4, 3, 3}, 17), normal({8}, 18)}}};
}

TEST(Accumulations, AOneSidedShiftBelowTheBoundIsSuspect) {
  for (const Product& p : products()) {
    const spec::Op op = op_of(p.name);
    const spec::Graph graph = graph_of(op, p.in);
    const spec::NodeId node = graph.outputs().front();
    const Filtered x =
        Reading(graph, p.in, {node}, [](spec::NodeId) { return claims; }).filtered()[static_cast<std::size_t>(node)];
    for (const bool outward : {false, true}) {
      const Values got = Values::generate(x.shape(), [&](Index i) {
        const double y = x[i].exact.centre(), by = x[i].deviation();
        return double{static_cast<float>(y + (outward && y < 0 ? -by : by))};
      });
      EXPECT_EQ(judged(op, p.in, got).verdict, Verdict::suspect) << p.name;
    }
  }
}

TEST(Accumulations, TruncationIsSuspect) {
  const Values x = normal({48, 96}, 21), w = normal({96, 48}, 22);
  const auto truncated = [](double v) { return spec::round_to(v, spec::binary32, spec::Direction::toward_zero); };
  const Values got = Values::generate({48, 48}, [&](Index i) {
    double sum = 0;
    for (Index k = 0; k < 96; ++k) sum = truncated(sum + truncated(x[i / 48 * 96 + k] * w[k * 48 + i % 48]));
    return sum;
  });
  EXPECT_EQ(judged(op_of("matmul"), {x, w}, got).verdict, Verdict::suspect);
}

// Left folds, with FMA and without, pairwise, lanes, backwards: all that claims of any order allow.
float summed(const std::vector<float>& a, const std::vector<float>& b, int order) {
  const std::size_t n = a.size();
  const std::size_t lanes = order == 3 ? 8 : order == 4 ? n : 1;
  std::vector<float> sum(lanes, 0.0F);
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t i = order == 2 ? n - 1 - k : k;
    float& s = sum[k % lanes];
    s = order == 1 ? std::fma(a[i], b[i], s) : s + a[i] * b[i];
  }
  for (std::size_t width = lanes; width > 1; width = (width + 1) / 2)
    for (std::size_t k = 0; k < width / 2; ++k) sum[k] += sum[width - 1 - k];
  return sum[0];
}

// Each element of x w, summed in an order.
Values product(const Values& x, const Values& w, int order, const spec::Format& output = spec::binary32) {
  const Index m = x.shape()[0], k = x.shape()[1], n = w.shape()[1];
  return Values::generate({m, n}, [&](Index i) {
    std::vector<float> a, b;
    for (Index t = 0; t < k; ++t)
      a.push_back(static_cast<float>(x[i / n * k + t])), b.push_back(static_cast<float>(w[t * n + i % n]));
    return spec::round_to_format(summed(a, b, order), output);
  });
}

TEST(Accumulations, CorrectKernelsOfEveryOrderPass) {
  const spec::Op op = op_of("matmul");
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Index m = 8 + static_cast<Index>(seed % 5) * 8, k = 3 + static_cast<Index>(seed * seed % 97);
    const double shift = seed % 3 == 0 ? 1 : 0;  // data of one sign too
    const auto drawn = [&](const Shape& shape, std::uint64_t s) {
      return map(normal(shape, s),
                 [&](double v) { return double{static_cast<float>(shift == 0 ? v : std::abs(v) + shift)}; });
    };
    const Values x = drawn({m, k}, 100 + seed), w = drawn({k, m}, 200 + seed);
    for (int order = 0; order < 5; ++order) {
      const Judgement j = judged(op, {x, w}, product(x, w, order));
      EXPECT_EQ(j.verdict, Verdict::pass) << "order " << order << ", " << m << " x " << k << ": " << j.note;
    }
  }
}

// Numbers that only choose, and numbers of few digits, beside ordinary ones: their products vary.
struct Plain {
  std::string name;
  Values x, w;
};
std::vector<Plain> plain_products(Index m, Index k, Index n, std::uint64_t seed) {
  const Values x = normal({m, k}, 300 + seed), w = normal({k, n}, 400 + seed);
  const auto rounded = [](const Values& v, const spec::Format& f) {
    return map(v, [&](double y) { return spec::round_to_format(y, f); });
  };
  const Values bits = map(x, [](double v) { return v > 0.5 ? 1.0 : 0.0; });
  const Values signs = map(x, [](double v) { return v > 0 ? 1.0 : -1.0; });
  const Values bytes = map(x, [](double v) { return double{static_cast<float>(std::floor(std::abs(v) * 64) / 255)}; });
  const Values prefixes = Values::generate({m, k}, [&](Index i) { return i % k <= i / k * k / m ? 1.0 : 0.0; });
  const Values positive = map(w, [](double v) { return std::abs(v); });
  return {{"bits", bits, w},
          {"bits of one sign", bits, positive},
          {"signs", signs, w},
          {"bytes", bytes, w},
          {"prefixes", prefixes, positive},
          {"binary16", rounded(x, spec::binary16), rounded(w, spec::binary16)},
          {"bfloat16", rounded(x, spec::bfloat16), rounded(w, spec::bfloat16)}};
}

TEST(Accumulations, CorrectKernelsOnShortNumbersPass) {
  const spec::Op op = op_of("matmul");
  for (std::uint64_t seed = 0; seed < 6; ++seed)
    for (const Plain& p : plain_products(24, 40 + static_cast<Index>(seed) * 70, 20, seed))
      for (int order = 0; order < 5; ++order) {
        EXPECT_EQ(judged(op, {p.x, p.w}, product(p.x, p.w, order)).verdict, Verdict::pass) << p.name << ' ' << order;
        const Values stored = product(p.x, p.w, order, spec::binary16);
        spec::Claims storing = claims;
        storing.output = spec::binary16;
        EXPECT_EQ(judge_op(op, {p.x, p.w}, stored, storing, JudgeOptions{}).verdict, Verdict::pass)
            << p.name << ' ' << order;
      }
}

TEST(Accumulations, WrongProductsOfShortNumbersAreSuspect) {
  const spec::Op op = op_of("matmul");
  for (const Plain& p : plain_products(48, 512, 32, 9)) {
    if (p.name == "prefixes") continue;  // its neighbours resemble each other
    const Values right = product(p.x, p.w, 4), short_weights = map(p.w, [](double v) {
      return spec::round_to_format(v, spec::e5m2);
    });
    EXPECT_NE(judged(op, {p.x, p.w}, product(p.x, short_weights, 4)).verdict, Verdict::pass) << p.name;
    const Values scaled = map(right, [](double y) { return spec::round_to_format(y * (1 + 0x1p-13), spec::binary32); });
    EXPECT_NE(judged(op, {p.x, p.w}, scaled).verdict, Verdict::pass) << p.name;
  }
}

}  // namespace
}  // namespace plumbline::crosscheck
