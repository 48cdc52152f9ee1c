// Layers as the textbook has them, computed by hand over rational numbers.
#include <gtest/gtest.h>

#include "spec/layers/conv.h"
#include "spec/layers/recurrent.h"
#include "spec/layers/transformer.h"
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
Weights<Exact> weights(std::map<std::string, Exact> all) { return Weights<Exact>(std::move(all)); }

TEST(Textbook, WeightsAreFoundByPath) {
  const auto w = weights({{"layers.0.fc.weight", numbers({1, 2}, {1, 2})}});
  EXPECT_EQ(text(affine(numbers({2}, {3, 4}), w / "layers" / 0 / "fc")), "11 ");
  EXPECT_FALSE((w / "layers").has("1.fc.weight"));
  EXPECT_THROW(w("bias"), Error);
}

// x = 1 2 3; 4 5 6; 7 8 9 with w = 1 0; 0 -1 and one row of padding, stride 2.
TEST(Textbook, Convolution) {
  const Exact x = numbers({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const auto w = weights({{"weight", numbers({1, 1, 2, 2}, {1, 0, 0, -1})}, {"bias", numbers({1}, {0.5})}});
  EXPECT_EQ(text(Convolution{}(x, w)), "-7/2 -7/2 -7/2 -7/2 ");
  EXPECT_EQ(text(Convolution{{2}, {1}, {1}, 1}(x, w)), "-1/2 -5/2 -13/2 -7/2 ");
  EXPECT_EQ(text(average_pool(x, 2, 1)), "3 4 6 7 ");
}

TEST(Textbook, TwoGroups) {
  const Exact x = numbers({1, 2, 2}, {1, 2, 3, 4});
  const auto w = weights({{"weight", numbers({2, 1, 1}, {2, 10})}});
  EXPECT_EQ(text(Convolution{{1}, {0}, {1}, 2}(x, w)), "2 4 30 40 ");
}

// Means 3 and 1; variances, of three values: 4 and 1.
TEST(Textbook, RunningStatistics) {
  const Exact x = numbers({3, 2}, {1, 0, 3, 1, 5, 2});
  const auto w = weights({{"running_mean", numbers({2}, {1, 1})}, {"running_var", numbers({2}, {2, 3})}});
  EXPECT_EQ(text(running_mean(x, w, 0.5)), "2 1 ");
  EXPECT_EQ(text(running_var(x, w, 0.5)), "3 2 ");
  EXPECT_EQ(text(running_mean(x, w, 0)), "1 1 ");
}

// h_t = max(0, x_t − h_{t−1}), then backwards.
TEST(Textbook, RecurrenceBothWays) {
  const Exact x = numbers({3, 1}, {2, 5, 1});
  const auto w = weights({{"weight_ih_l0", numbers({1, 1}, {1})}, {"weight_hh_l0", numbers({1, 1}, {-1})},
                          {"weight_ih_l0_reverse", numbers({1, 1}, {1})},
                          {"weight_hh_l0_reverse", numbers({1, 1}, {-1})}});
  const auto r = Recurrent{"rnn_relu", 1, 1, true, true}(x, w);
  EXPECT_EQ(text(r.output), "2 0 3 4 0 1 ");  // forwards 2 3 0, backwards 1 4 0
  EXPECT_EQ(text(r.hidden[0]) + text(r.hidden[1]), "0 0 ");
}

TEST(Textbook, EmbeddingByIndexAndByDistribution) {
  const auto w = weights({{"weight", numbers({3, 2}, {1, 2, 3, 4, 5, 6})}});
  EXPECT_EQ(text(embedding(numbers({2}, {2, 0}), w)), "5 6 1 2 ");
  EXPECT_EQ(text(mixed_embedding(numbers({1, 3}, {0.5, 0.5, 0}), w)), "2 3 ");
}

// Queries of zeros see all keys alike: the mean of the values, of those that came before where causal.
TEST(Textbook, AttentionOfZeroQueriesIsAMean) {
  const Exact x = numbers({3, 1}, {1, 2, 6});
  const auto w = weights({{"in_proj_weight", numbers({3, 1}, {0, 1, 1})}, {"out_proj.weight", numbers({1, 1}, {2})}});
  using Attention = MultiheadAttention<Exact>;
  EXPECT_EQ(text(Attention{.heads = 1, .width = 1}(x, x, w)), "6 6 6 ");
  EXPECT_EQ(text(Attention{.heads = 1, .width = 1, .causal = true}(x, x, w)), "2 3 6 ");
  const Attention masked{.heads = 1, .width = 1, .boolean = numbers({3, 3}, {1, 0, 1, 0, 1, 0, 0, 0, 0})};
  EXPECT_EQ(text(masked(x, x, w)), "7 4 0 ");  // the last row is blocked
}

}  // namespace
}  // namespace plumbline::spec
