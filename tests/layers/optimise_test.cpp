// Optimiser steps: worked examples in exact rationals, and properties that the update rules must have.
#include "spec/layers/optimise.h"

#include <gtest/gtest.h>

#include "spec/num/ball.h"
#include "spec/num/rational.h"

namespace plumbline::spec {
namespace {

Rational q(Index p, Index over = 1) { return Rational::quotient(p, over); }
using State = OptimState<Rational>;

// Every hyperparameter is a dyadic fraction, so that its decimal is its value.
TEST(Optimise, PlainSgd) {
  const Optimiser o = Sgd{.lr = 0.25};
  const Rational like;
  const State s = StepFormula<Rational>(o, 1, like).step({q(3)}, q(2));
  EXPECT_EQ(s.p.text(), q(5, 2).text());
}

TEST(Optimise, SgdMomentumDampeningDecay) {
  const Optimiser o = Sgd{.lr = 0.5, .momentum = 0.75, .dampening = 0.25, .weight_decay = 0.125};
  const Rational like;
  // d = 2 + 8/8 = 3; the first buffer is d itself, without dampening; p = 8 − 3/2.
  State s = StepFormula<Rational>(o, 1, like).step({q(8)}, q(2));
  EXPECT_EQ(s.buf.text(), q(3).text());
  EXPECT_EQ(s.p.text(), q(13, 2).text());
  // d = 1 + 13/16; buf = 9/4 + 3/4·29/16 = 231/64; p = 13/2 − 231/128.
  s = StepFormula<Rational>(o, 2, like).step(s, q(1));
  EXPECT_EQ(s.buf.text(), q(231, 64).text());
  EXPECT_EQ(s.p.text(), q(601, 128).text());
}

TEST(Optimise, Nesterov) {
  const Optimiser o = Sgd{.lr = 1, .momentum = 0.5, .nesterov = true};
  const Rational like;
  const State s = StepFormula<Rational>(o, 1, like).step({q(0)}, q(4));
  EXPECT_EQ(s.p.text(), q(-6).text());  // 4 + 4/2
}

// Step 1: m̂ = g and v̂ = g², so that p moves by lr·g/(|g| + ε).
TEST(Optimise, AdamFirstStep) {
  const Optimiser o = Adam{.lr = 0.5, .beta1 = 0.5, .beta2 = 0.75, .eps = 0.25};
  const Rational like;
  const State s = StepFormula<Rational>(o, 1, like).step({q(1)}, q(-3));
  EXPECT_EQ(s.m.text(), q(-3, 2).text());
  EXPECT_EQ(s.v.text(), q(9, 4).text());
  EXPECT_EQ(s.p.text(), q(19, 13).text());  // 1 + ½·3/(3 + ¼)
}

// β1 = β2 = 0 makes every step the first one, whatever t is.
TEST(Optimise, AdamWithoutMemory) {
  const Optimiser o = Adam{.lr = 1, .beta1 = 0, .beta2 = 0, .eps = 1};
  const Rational like;
  const State s = StepFormula<Rational>(o, 1000, like).step({q(0), q(0), q(5), q(7)}, q(3));
  EXPECT_EQ(s.p.text(), q(-3, 4).text());
}

TEST(Optimise, AdamDecaysTheGradientAdamwTheParameter) {
  const Rational like;
  const Optimiser adam = Adam{.lr = 0.5, .beta1 = 0.5, .beta2 = 0.5, .eps = 1, .weight_decay = 0.5};
  // d = 0 + 4/2 = 2: p = 4 − ½·2/(2 + 1)
  EXPECT_EQ((StepFormula<Rational>(adam, 1, like).step({q(4)}, q(0)).p.text()), q(11, 3).text());
  const Optimiser adamw = Adamw{.lr = 0.5, .beta1 = 0.5, .beta2 = 0.5, .eps = 1, .weight_decay = 0.5};
  EXPECT_EQ((StepFormula<Rational>(adamw, 1, like).step({q(4)}, q(0)).p.text()), q(3).text());
}

// ε stands outside the root: with v̂ = 0 the denominator is ε, not √ε.
TEST(Optimise, EpsOutsideTheRoot) {
  const Optimiser o = Adam{.lr = 1, .beta1 = 0.5, .beta2 = 0.5, .eps = 0.0625};
  const Rational like;
  const State s = StepFormula<Rational>(o, 2, like).step({q(0), q(0), q(3), q(0)}, q(0));
  EXPECT_EQ(s.p.text(), q(-32).text());  // m = 3/2, m̂ = 2
}

// The corrections are powers by exponent: 1 − 0.999^t is right to the last bit asked for, for any t.
TEST(Optimise, CorrectionForLargeT) {
  const Ball like = Ball::exact(0, 256);
  const Optimiser o = Adam{.lr = 1, .beta1 = 0, .beta2 = 0.999, .eps = 1e-30};
  for (const Index t : {1, 10, 1000, 1000000}) {
    const auto s = StepFormula<Ball>(o, t, like).step({Ball(0.0), Ball(0.0), Ball(0.0), Ball(0.0)}, Ball(1.0));
    const Ball v_hat = (Ball(1.0) - scalar(like, 0.999)) / (Ball(1.0) - pow(scalar(like, 0.999), Ball(t)));
    const Ball expected = -(Ball(1.0) / (sqrt(v_hat) + scalar(like, 1e-30)));
    EXPECT_EQ(equal(s.p - expected, Ball(0.0)).exact, Tri::unknown) << t;  // one enclosure around zero
    EXPECT_TRUE((s.p - expected).contains_zero());
  }
}

TEST(Optimise, ErrorsNameTheOptimiserAndTheValue) {
  EXPECT_STREQ(validate(Optimiser(Adam{.beta2 = 1})).error().what(), "[adam] beta2 must lie in [0, 1): 1 [optim C2]");
  EXPECT_STREQ(validate(Optimiser(Adamw{.eps = 0})).error().what(),
               "[adamw] eps must be finite and positive: 0 [optim C3]");
  EXPECT_STREQ(validate(Optimiser(Sgd{.lr = -1})).error().what(),
               "[sgd] lr must be finite and not negative: -1 [optim C1]");
  EXPECT_STREQ(validate(Optimiser(Sgd{.nesterov = true})).error().what(),
               "[sgd] nesterov needs momentum and no dampening, momentum: 0 [optim C4]");
  EXPECT_FALSE(validate(Optimiser(Sgd{.lr = std::numeric_limits<double>::quiet_NaN()})));
  EXPECT_STREQ(parse_optimiser("adm", {}).error().what(), "unknown optimiser adm; did you mean adam, adamw, nadam?");
  EXPECT_STREQ(parse_optimiser("adam", {{"beta", "1"}}).error().what(),
               "[adam] unknown attribute beta; did you mean beta1, beta2?");
  const auto adam = parse_optimiser("adam", {{"lr", "0.5"}, {"eps", "1e-6"}});
  ASSERT_TRUE(adam);
  EXPECT_EQ(print(*adam), "adam lr=0.5 beta1=0.9 beta2=0.999 eps=1e-06 weight_decay=0");
}

}  // namespace
}  // namespace plumbline::spec
