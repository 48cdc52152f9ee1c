// Layers and losses: the same text records a graph and computes exactly; both agree.
#include "spec/layers/layers.h"

#include <gtest/gtest.h>

#include "spec/eval/interpret.h"
#include "spec/layers/losses.h"
#include "spec/num/ball.h"
#include "spec/num/rational.h"

namespace plumbline::spec {
namespace {

using Exact = Tensor<Rational>;

Exact numbers(Shape shape, std::vector<double> values) {
  return Exact::generate(std::move(shape), [&](Index i) { return Rational(values[static_cast<std::size_t>(i)]); });
}
std::string text(const Exact& x) {
  std::string out;
  for (const Rational& q : x.elements()) out += q.text() + ' ';
  return out;
}

const Exact x = numbers({2, 2}, {1, 2, -3, 4});
const Exact w1 = numbers({3, 2}, {1, 0, 0, 1, 1, 1}), b1 = numbers({3}, {0, -1, 0.5});
const Exact w2 = numbers({1, 3}, {1, -2, 4}), b2 = numbers({1}, {0.25});

TEST(Layers, MlpByHand) {
  const std::vector<Exact> params{w1, b1, w2, b2};
  // hidden: (1, 1, 7/2) and (0, 3, 3/2); out: 1 − 2 + 14 + ¼ and −6 + 6 + ¼.
  EXPECT_EQ(text(mlp(x, std::span<const Exact>(params))), "53/4 1/4 ");
}

TEST(Layers, MlpRecordsAndComputesTheSame) {
  Graph graph;
  const Var input = graph.input("x", {2, 2});
  const std::vector<Var> params{graph.param("w1", {3, 2}), graph.param("b1", {3}), graph.param("w2", {1, 3}),
                                graph.param("b2", {1})};
  const Var y = mlp(input, std::span<const Var>(params));
  graph.output(y);
  const NodeId wanted[] = {y.id()};
  const auto values = interpret<Rational>(graph, {x, w1, b1, w2, b2}, wanted);
  const std::vector<Exact> exact{w1, b1, w2, b2};
  EXPECT_EQ(text(values[static_cast<std::size_t>(y.id())]), text(mlp(x, std::span<const Exact>(exact))));
  EXPECT_EQ(graph.nodes().back().op.name(), "linear");
}

TEST(Layers, MlpNeedsPairs) {
  const std::vector<Exact> params{w1, b1, w2};
  EXPECT_THROW(mlp(x, std::span<const Exact>(params)), Error);
  EXPECT_THROW(mlp(x, std::span<const Exact>()), Error);
}

TEST(Layers, ConvBlockByHand) {
  const Exact image = numbers({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Exact w = numbers({1, 1, 2, 2}, {1, 0, 0, -1}), b = numbers({1}, {4.5});
  EXPECT_EQ(text(ConvBlock{}(image, w, b)), "1/2 1/2 1/2 1/2 ");
  EXPECT_EQ(text(ConvBlock{.pool = 2}(image, w, b)), "1/2 ");
  EXPECT_EQ(text(ConvBlock{}(image, w, numbers({1}, {0}))), "0 0 0 0 ");
}

TEST(Losses, MseByHand) {
  const Exact t = numbers({2, 2}, {0, 2, -1, 1});
  EXPECT_EQ(text(mse(x, t)), "7/2 ");  // (1 + 0 + 4 + 9)/4
  EXPECT_EQ(text(mse(x, t, "sum")), "14 ");
  EXPECT_EQ(text(mse(x, t, "none")), "1 0 4 9 ");
}

TEST(Losses, CrossEntropyOfIndicesIsThatOfOneHot) {
  const auto ball = [](const std::vector<double>& v, Shape s) {
    return Tensor<Ball>::generate(std::move(s),
                                  [&](Index i) { return Ball::exact(v[static_cast<std::size_t>(i)], 128); });
  };
  const auto logits = ball({0.5, -1, 2, 3, 3, 3}, {2, 3});
  const auto index = cross_entropy_index(logits, ball({2, 0}, {2}));
  const auto one_hot = cross_entropy(logits, ball({0, 0, 1, 1, 0, 0}, {2, 3}));
  EXPECT_TRUE((index[0] - one_hot[0]).contains_zero());
  EXPECT_LT((index[0] - one_hot[0]).width(), 0x1p-100);
  // The second row alone is ln 3.
  const auto each = cross_entropy_index(logits, ball({2, 0}, {2}), "none");
  EXPECT_TRUE((each[1] - log(Ball::exact(3, 128))).contains_zero());
}

}  // namespace
}  // namespace plumbline::spec
