// The enclosure of exp over an interval far below zero was too narrow by one part in 2^46: hi + d, which is negative
// there, was rounded towards −∞ [image B2].
#include <gtest/gtest.h>

#include "spec/num/approx.h"
#include "spec/num/ball.h"

namespace plumbline::spec {
namespace {

TEST(ApproxExp, ContainsTheUpperEndFarBelowZero) {
  const double centre = -106.20865482428471, radius = 53.104327412142354;
  const Approx image = exp(Approx::within(centre, radius));
  const Ball top = exp(Ball::exact(centre, 256) + Ball::exact(radius, 256));
  EXPECT_LE(top.upper(), upper(image));
}

}  // namespace
}  // namespace plumbline::spec
