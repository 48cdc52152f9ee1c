// Worked examples of einsum, attention, positions, recurrent cells and scans, and what they refuse.
#include <gtest/gtest.h>

#include <cmath>

#include "spec/eval/interpret.h"
#include "tests/ops/examples.h"

namespace plumbline::spec {
namespace {

Tensor<double> zeros(Shape shape) { return Tensor<double>::full(std::move(shape), 0); }

Values numbers(Index n) {
  Values v;
  for (Index i = 0; i < n; ++i) v.push_back(static_cast<double>(i * 7 % 11) / 8 - 0.5);
  return v;
}

TEST(Einsum, ProductsTracesDiagonalsAndEllipses) {
  const auto a = tensor({2, 2}, {1, 2, 3, 4}), b = tensor({2, 2}, {5, 6, 7, 8});
  expect_value("einsum equation=ij,jk->ik", {a, b}, {19, 22, 43, 50});
  expect_value("einsum equation=ii", {a}, {5});
  expect_value("einsum equation=ii->i", {a}, {1, 4});
  expect_value("einsum equation=ba", {a}, {1, 3, 2, 4});
  expect_value("einsum equation=...->", {a}, {10});
  expect_value("einsum equation=...i->...", {a}, {3, 7});
  expect_value("einsum equation=ij,jk,kl->il", {a, b, a}, {85, 126, 193, 286});
}

TEST(Einsum, TheGradientOfADiagonalIsADiagonal) {
  expect_value("einsum_grad equation=ii->i wrt=0 shape=[2,2]", {tensor({2}, {5, 6})}, {5, 0, 0, 6});
  expect_value("einsum_grad equation=ij->i wrt=0 shape=[2,2]", {tensor({2}, {5, 6})}, {5, 5, 6, 6});
}

TEST(Einsum, WhatDoesNotReadIsRefusedWithItsPlace) {
  EXPECT_EQ(refusal("einsum equation=ij.jk", {{2, 2}, {2, 2}}),
            "[einsum] equation: found '.' at 2, expected a letter, a comma, -> or one ... in ij.jk [einsum C1]");
  EXPECT_EQ(refusal("einsum equation=ij,jk->ik", {{2, 2}}),
            "[einsum] the equation has 2 terms for 1 operands [einsum C2]");
  EXPECT_EQ(refusal("einsum equation=ijk->i", {{2, 2}}),
            "[einsum] operand 0: subscripts name 3 axes, the operand has 2 [einsum C3]");
  EXPECT_EQ(refusal("einsum equation=ij,jk->ik", {{2, 3}, {4, 2}}), "[einsum] extents differ: 3 vs 4 [einsum C4]");
  EXPECT_EQ(refusal("einsum equation=ij->ik", {{2, 2}}),
            "[einsum] the output names k, which is in 0 operands of ij->ik [einsum C5]");
}

TEST(Attention, EqualScoresAverageWhatIsSeen) {
  const auto q = zeros({2, 1}), k = zeros({2, 1}), v = tensor({2, 2}, {2, 4, 6, 8});
  expect_value("attention", {q, k, v}, {4, 6, 4, 6});
  expect_value("attention is_causal=true", {q, k, v}, {2, 4, 4, 6});
  expect_value("attention is_causal=true start=1", {q, k, v}, {4, 6, 4, 6});
}

TEST(Attention, ABlockedValueNeverArrivesAndABlockedRowIsZero) {
  const auto q = zeros({2, 1}), k = tensor({2, 1}, {0, nan}), v = tensor({2, 1}, {3, inf});
  expect_value("attention", {q, k, v, tensor({2, 2}, {1, 0, 0, 0})}, {3, 0});
  expect_value("attention mask=additive", {q, k, v, tensor({2, 2}, {5, -inf, -inf, -inf})}, {3, 0});
  expect_value("attention_weights", {q, k, tensor({2, 2}, {1, 0, 0, 0})}, {1, 0, 0, 0});
}

// With the keys and values so far in a cache, each new query gives the row that it has without a cache.
TEST(Attention, ACacheChangesNothing) {
  const Index steps = 5, d = 2;
  const auto all = numbers(steps * d);
  const auto rows = [&](Index begin, Index end) {
    return tensor({end - begin, d}, {all.begin() + begin * d, all.begin() + end * d});
  };
  const auto x = rows(0, steps);
  const auto whole = op_of("attention is_causal=true")->read(Tensors<double>{x, x, x}, "");
  for (Index t = 0; t < steps; ++t) {
    const auto cached = rows(0, t + 1);
    const Op op = op_of(concat("attention is_causal=true start=", t));
    const auto y = op->read(Tensors<double>{rows(t, t + 1), cached, cached}, "");
    for (Index c = 0; c < d; ++c) EXPECT_EQ(y[c], whole[t * d + c]);
  }
}

TEST(Positions, TheFirstPositionTurnsNothing) {
  const auto x = tensor({1, 3}, {1, 2, 3});
  expect_value("rope", {x}, {1, 2, 3});
  expect_value("sinusoidal_encoding", {x}, {1, 3, 3});
  EXPECT_EQ(refusal("rope axis=-1", {{2, 4}}), "[rope] axis -1 is that of the pairs, of [2, 4] [rope C2]");
}

TEST(Recurrent, WithoutWeightsGatesStandHalfOpen) {
  const auto x = zeros({2, 1}), four = zeros({4, 1}), three = zeros({3, 1}), state = tensor({1}, {4});
  expect_value("lstm bias=false output=cell", {x, four, four, zeros({1}), state}, {2, 1});
  expect_value("gru bias=false", {x, three, three, state}, {2, 1});
  expect_value("gru bias=false reset_after=false", {x, three, three, state}, {2, 1});
  const auto one = zeros({1, 1});
  expect_value("gated_diagonal_ssm bias=false output=state", {x, one, zeros({1, 2}), one, state}, {2, 1});
}

TEST(Recurrent, AReluCellAddsUp) {
  const auto one = tensor({1, 1}, {1});
  expect_value("rnn nonlinearity=relu bias=false", {tensor({3, 1}, {1, 2, -9}), one, one}, {1, 3, 0});
  EXPECT_EQ(refusal("lstm bias=false", {{2, 1}, {4, 1}, {4, 1}, {1}}),
            "[lstm] expects 3 or 5 inputs, got 4 [lstm C4]");
}

TEST(Scans, RunBothWays) {
  const auto a = tensor({3}, {2, 3, 4}), b = tensor({3}, {1, 1, 1});
  expect_value("linear_scan", {a, b}, {1, 4, 17});
  expect_value("linear_scan", {a, b, tensor({}, {1})}, {3, 10, 41});
  expect_value("linear_scan reverse=true", {a, b}, {9, 4, 1});
}

// With A = 0 nothing decays: h adds up Δ B u.
TEST(Scans, ASelectiveScanWithoutDecayAddsUp) {
  const auto u = tensor({2, 1}, {3, 5}), delta = tensor({2, 1}, {1, 2}), a = zeros({1, 2});
  const auto b = tensor({2, 2}, {1, 2, 1, 0}), c = tensor({2, 2}, {1, 1, 1, 10});
  expect_value("selective_scan output=state", {u, delta, a, b, c}, {3, 6, 13, 6});
  expect_value("selective_scan", {u, delta, a, b, c}, {9, 73});
  expect_value("selective_scan skip=true", {u, delta, a, b, c, tensor({1}, {2})}, {15, 83});
}

}  // namespace
}  // namespace plumbline::spec
