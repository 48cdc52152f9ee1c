// Self-supervision: each objective against its textbook formula, over exact rationals or rigorous intervals; masks and
// pairs that their seeds decide.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "runtime/data/loader.h"
#include "runtime/rand/rand.h"
#include "runtime/session/session.h"
#include "runtime/ssl/masking.h"
#include "runtime/ssl/objectives.h"
#include "runtime/ssl/views.h"
#include "spec/eval/interpret.h"
#include "spec/num/ball.h"
#include "spec/num/rational.h"

namespace plumbline::runtime::ssl {
namespace {

using spec::Ball;
using spec::Rational;
using spec::Tensor;
using spec::Var;

template <class R>
std::string error_of(const R& result) {
  return result ? "none" : result.error().what();
}

template <class N>
Tensor<N> map_to(const Tensor<double>& x) {
  return Tensor<N>::generate(x.shape(), [&](Index i) {
    if constexpr (std::is_same_v<N, Ball>) return Ball::exact(x[i], 200);
    else return N(x[i]);
  });
}

// Reads an objective of leaves of these values.
template <class N, class F>
N read(const std::vector<Tensor<double>>& leaves, F&& objective) {
  spec::Graph graph;
  std::vector<Var> vars;
  spec::Tensors<N> values;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    vars.push_back(graph.input("x" + std::to_string(i), leaves[i].shape()));
    values.push_back(map_to<N>(leaves[i]));
  }
  const spec::NodeId out = objective(vars).id();
  return spec::interpret<N>(graph, values, {{out}})[static_cast<std::size_t>(out)][0];
}

// Both enclose the same real number, to far more than double's precision.
void same(const Ball& x, const Ball& y) {
  ASSERT_TRUE(x.has_value() && y.has_value());
  EXPECT_TRUE(mpfr_cmp(x.lo(), y.hi()) <= 0 && mpfr_cmp(y.lo(), x.hi()) <= 0);
  EXPECT_LT((x - y).magnitude(), 0x1p-150);
}

Tensor<double> some(const Shape& shape, std::uint64_t seed) { return *rand::normal<double>(shape, seed); }

// s_ij = cos(x_i, y_j) / τ
Ball similarity(const Tensor<double>& x, Index i, const Tensor<double>& y, Index j, double temperature) {
  const Index d = x.shape()[1];
  Ball dot(0), xx(0), yy(0);
  for (Index k = 0; k < d; ++k) {
    const Ball a = Ball::exact(x[i * d + k], 200), b = Ball::exact(y[j * d + k], 200);
    dot = dot + a * b, xx = xx + a * a, yy = yy + b * b;
  }
  return dot / (sqrt(xx) * sqrt(yy)) / Ball::exact(temperature, 200);
}

TEST(Objectives, NtXentIsTheMeanOverBothViews) {
  for (const Index n : {1, 2, 5}) {
    const auto z1 = some({n, 3}, 1), z2 = some({n, 3}, 2);
    const auto side = [&](Index i) -> const Tensor<double>& { return i < n ? z1 : z2; };
    Ball sum(0);
    for (Index i = 0; i < 2 * n; ++i) {
      Ball others(0);
      for (Index j = 0; j < 2 * n; ++j)
        if (j != i) others = others + exp(similarity(side(i), i % n, side(j), j % n, 0.25));
      const Index partner = (i + n) % (2 * n);
      sum = sum + log(others) - similarity(side(i), i % n, side(partner), partner % n, 0.25);
    }
    same(read<Ball>({z1, z2}, [](const auto& v) { return nt_xent(v[0], v[1], 0.25); }), sum / Ball(2 * n));
  }
}

TEST(Objectives, InfoNceComparesEachQueryWithEveryKey) {
  const Index n = 4;
  const auto q = some({n, 2}, 3), k = some({n, 2}, 4);
  Ball sum(0);
  for (Index i = 0; i < n; ++i) {
    Ball all(0);
    for (Index j = 0; j < n; ++j) all = all + exp(similarity(q, i, k, j, 0.5));
    sum = sum + log(all) - similarity(q, i, k, i, 0.5);
  }
  same(read<Ball>({q, k}, [](const auto& v) { return info_nce(v[0], v[1], 0.5); }), sum / Ball(n));
}

TEST(Objectives, SimSiamAveragesTwoCosinesAndStopsAtTheTargets) {
  const Index n = 3;
  const auto p1 = some({n, 4}, 5), z1 = some({n, 4}, 6), p2 = some({n, 4}, 7), z2 = some({n, 4}, 8);
  Ball sum(0);
  for (Index i = 0; i < n; ++i) sum = sum - similarity(p1, i, z2, i, 1) - similarity(p2, i, z1, i, 1);
  same(read<Ball>({p1, z1, p2, z2}, [](const auto& v) { return simsiam(v[0], v[1], v[2], v[3]); }), sum / Ball(2 * n));
  const auto kernels = KernelTable::builtin();
  Session session(kernels);
  const std::vector<float> ones{1, 2, 3, 4}, other{4, 3, 2, 2};
  const Var p = session.param("p", {2, 2}, ones), z = session.param("z", {2, 2}, other);
  const auto gradients = session.backward(negative_cosine(p, z), {p, z});
  const auto is_zero = [&](const Var& v) {
    return std::ranges::all_of(session.value(v), [](float g) { return g == 0; });
  };
  EXPECT_FALSE(is_zero(gradients[0]));
  EXPECT_TRUE(gradients[1].id() < 0 || is_zero(gradients[1]));
}

TEST(Objectives, MaskedErrorsAreMeansOverWhatIsHidden) {
  const auto yhat = some({2, 3}, 9), y = some({2, 3}, 10);
  const Tensor<double> mask({2, 3}, {1, 0, 1, 0, 0, 1}), none({2, 3}, {0, 0, 0, 0, 0, 0});
  const auto objective = [](const auto& v) { return masked_mse(v[0], v[1], v[2]); };
  Rational sum(0);
  for (Index i = 0; i < 6; ++i)
    if (mask[i] == 1) sum = sum + (Rational(yhat[i]) - Rational(y[i])) * (Rational(yhat[i]) - Rational(y[i]));
  EXPECT_EQ(read<Rational>({yhat, y, mask}, objective).text(), (sum / Rational(3)).text());
  EXPECT_EQ(read<Rational>({yhat, y, none}, objective).text(), "0");
  Tensor<double> target({2, 2, 3}, std::vector<double>(12, 0));
  for (Index i = 0; i < 6; ++i) {
    const auto at = static_cast<std::size_t>(i / 3 * 6 + i % 3);
    target.mutable_elements()[at] = y[i], target.mutable_elements()[at + 3] = mask[i];
  }
  const auto packed = [](const auto& v) { return masked_reconstruction(v[0], v[1]); };
  EXPECT_EQ(read<Rational>({yhat, target}, packed).text(), (sum / Rational(3)).text());
}

TEST(Objectives, MaskedLanguageModellingSeesOnlyWhatIsAsked) {
  spec::Graph graph;
  const Var logits = graph.input("logits", {3, 2}), labels = graph.index_input("labels", {3}, 2);
  const spec::NodeId out = masked_lm(logits, labels).id();
  const Tensor<double> x({3, 2}, {1, 3, 100, -100, 5, 4}), y({3}, {0, -100, 1});
  const auto value = spec::interpret<Ball>(graph, {map_to<Ball>(x), map_to<Ball>(y)}, {{out}});
  const auto term = [](double right, double wrong) {
    const Ball r = Ball::exact(right, 200), w = Ball::exact(wrong, 200);
    return log(exp(r) + exp(w)) - r;
  };
  same(value[static_cast<std::size_t>(out)][0], (term(1, 3) + term(4, 5)) / Ball(2));
}

TEST(Objectives, RefuseWhatDoesNotFit) {
  spec::Graph graph;
  const Var a = graph.input("a", {2, 3}), b = graph.input("b", {3, 3}), none = graph.input("none", {0, 3});
  EXPECT_THROW(nt_xent(a, b), spec::Error);
  EXPECT_THROW(nt_xent(none, none), spec::Error);
  EXPECT_THROW(nt_xent(a, a, 0), spec::Error);
  EXPECT_THROW(info_nce(a, b), spec::Error);
  EXPECT_THROW(negative_cosine(a, b), spec::Error);
  EXPECT_THROW(masked_mse(a, a, b), spec::Error);
  EXPECT_THROW(masked_reconstruction(a, a), spec::Error);
}

Index hidden_in(const Tensor<float>& mask) { return std::ranges::count(mask.elements(), 1.0F); }

RC_GTEST_PROP(Masks, BlocksAreHiddenWholeAndAsManyAsAsked, ()) {
  const Index rows = *rc::gen::inRange(0, 9), columns = *rc::gen::inRange(1, 9), h = *rc::gen::inRange(1, 4),
              w = *rc::gen::inRange(1, 4);
  const double ratio = *rc::gen::inRange(0, 9) / 8.0;
  const auto mask = *block_mask({rows, columns}, {h, w}, ratio, *rc::gen::arbitrary<std::uint64_t>());
  const Index down = (rows + h - 1) / h, across = (columns + w - 1) / w;
  Index hidden = 0;
  for (Index i = 0; i < down; ++i)
    for (Index j = 0; j < across; ++j) {
      const float first = mask[i * h * columns + j * w];
      hidden += first == 1;
      for (Index r = i * h; r < std::min(rows, (i + 1) * h); ++r)
        for (Index c = j * w; c < std::min(columns, (j + 1) * w); ++c) RC_ASSERT(mask[r * columns + c] == first);
    }
  RC_ASSERT(hidden == std::llround(ratio * static_cast<double>(down * across)));
}

TEST(Masks, PeriodsAndRefusals) {
  const auto mask = *periodic_block_mask({2, 4}, {1, 2}, 2, 5);  // blocks 1 and 3 of 4
  EXPECT_TRUE(std::ranges::equal(mask.elements(), std::vector<float>{0, 0, 1, 1, 0, 0, 1, 1}));
  EXPECT_EQ(hidden_in(*periodic_block_mask({4}, {2}, 0, 0)), 0);
  EXPECT_EQ(hidden_in(*periodic_block_mask({4}, {0}, 1, 0)), 0);
  EXPECT_EQ(hidden_in(*block_mask({4, 2}, {1, 0}, 0.5, 1)), 4);
  EXPECT_EQ(error_of(block_mask({4}, {1, 1}, 0.5, 0)), "[mask] found 2 widths, expected one for each axis of [4]");
  EXPECT_EQ(error_of(block_mask({4}, {-1}, 0.5, 0)), "[mask] found width -1, expected at least 0");
  EXPECT_EQ(error_of(block_mask({4}, {1}, 2, 0)), "[mask] found ratio 2, expected one in [0, 1]");
  EXPECT_EQ(error_of(hidden(some({2}, 0), mask)), "[mask] found shape [2, 4], expected that of x, [2]");
  EXPECT_TRUE(std::ranges::equal((*random_mask({50}, 0.5, 3)).elements(), (*random_mask({50}, 0.5, 3)).elements()));
}

TEST(Masks, SamplesHoldWhatIsHidden) {
  const auto data = *data::Dataset::from_tensors(*rand::normal({5, 4}, 1), Tensor<float>::full({5}, 0));
  const auto pairs = masked(data, [](const Shape& shape, Index i) {
    return random_mask(shape, 0.5, 7, static_cast<std::uint64_t>(i));
  });
  for (Index i = 0; i < 5; ++i) {
    const auto sample = *pairs.at(i);
    const auto &seen = std::get<Tensor<float>>(sample.x), &target = std::get<Tensor<float>>(sample.y);
    EXPECT_EQ(target.shape(), (Shape{2, 4}));
    for (Index k = 0; k < 4; ++k) EXPECT_EQ(seen[k], target[4 + k] == 1 ? 0.0F : target[k]);
  }
}

TEST(Masks, Tokens) {
  const auto tokens = Tensor<std::int64_t>::generate({40, 25}, [](Index i) { return 1 + i % 9; });
  const TokenMasking options{.p = 0.5, .mask_token = 0, .vocabulary = 10};
  const auto sample = *mask_tokens(tokens, options, 1), again = *mask_tokens(tokens, options, 1);
  const auto &x = std::get<Tensor<std::int64_t>>(sample.x), &y = std::get<Tensor<std::int64_t>>(sample.y);
  EXPECT_TRUE(std::ranges::equal(x.elements(), std::get<Tensor<std::int64_t>>(again.x).elements()));
  Index asked = 0, gone = 0;
  for (Index i = 0; i < 1000; ++i) {
    asked += y[i] != -100, gone += x[i] == 0;
    EXPECT_TRUE(y[i] == -100 ? x[i] == tokens[i] : y[i] == tokens[i]);
  }
  EXPECT_TRUE(asked > 400 && asked < 600 && gone > asked * 7 / 10 && gone < asked * 9 / 10) << asked << ' ' << gone;
  EXPECT_FALSE(mask_tokens(tokens, {.vocabulary = 5}, 1));
  EXPECT_FALSE(mask_tokens(tokens, {.p = 2, .vocabulary = 10}, 1));
  EXPECT_FALSE(mask_tokens(tokens, {.mask_token = 10, .vocabulary = 10}, 1));
}

TEST(Views, PairsAreFunctionsOfSeedAndSample) {
  const auto images = *data::Dataset::from_tensors(*rand::normal({6, 1, 3, 4}, 1), Tensor<float>::full({6}, 0));
  const auto view = then({shift(1), flip(-1), drop(0.25), noise(0.5)});
  const auto pairs = contrastive_pairs(images, view, 1), again = contrastive_pairs(images, view, 1),
             later = contrastive_pairs(images, view, 1, 1);
  const std::vector<Index> all{0, 1, 2, 3, 4, 5};
  const auto elements = [&](const data::Dataset& d, bool first) {
    const auto batch = *d.gather(all);
    const auto& t = std::get<Tensor<float>>(first ? batch.x : batch.y);
    return std::vector<float>(t.elements().begin(), t.elements().end());
  };
  EXPECT_EQ(elements(pairs, true), elements(again, true));
  EXPECT_NE(elements(pairs, true), elements(pairs, false));
  EXPECT_NE(elements(pairs, true), elements(later, true));
}

TEST(Views, MoveElementsAndNothingElse) {
  const auto x = Tensor<float>::generate({2, 3, 4}, [](Index i) { return static_cast<float>(i + 1); });
  std::set<std::vector<float>> flipped, shifted;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto of = [&](const Augmentation& view) {
      const auto y = std::get<Tensor<float>>(*view(x, seed));
      return std::vector<float>(y.elements().begin(), y.elements().end());
    };
    flipped.insert(of(flip(1))), shifted.insert(of(shift(1)));
  }
  EXPECT_EQ(flipped.size(), 2U);
  EXPECT_EQ(shifted.size(), 9U);
  for (const auto& y : flipped) EXPECT_TRUE(y[0] == 1 ? y[4] == 5 : y[0] == 9 && y[4] == 5 && y[8] == 1 && y[12] == 21);
  for (const auto& y : shifted)
    for (std::size_t i = 0; i < y.size(); ++i)  // from the place above, below, beside, across, or itself
      EXPECT_TRUE(y[i] == 0 || std::abs(std::abs(y[i] - static_cast<float>(i + 1)) - 3) <= 3);
  EXPECT_EQ(error_of(flip(5)(x, 0)).substr(0, 6), "[flip]");
  EXPECT_EQ(error_of(shift(1)(Tensor<float>::full({2}, 0), 0)),
            "[shift] found [2] by 1, expected [C, H, W] and at least 0");
  EXPECT_EQ(error_of(noise(1)(Tensor<double>::full({2}, 0), 0)), "[noise] found f64, expected f32");
}

}  // namespace
}  // namespace plumbline::runtime::ssl
