// Worked examples of normalisations, running statistics and masked softmax, and what they refuse.
#include <gtest/gtest.h>

#include <cmath>

#include "spec/eval/interpret.h"
#include "tests/ops/examples.h"

namespace plumbline::spec {
namespace {

TEST(NormExamples, AConstantSliceGivesTheBias) {
  const auto x = tensor({2, 2, 2}, Values(8, 3)), w = tensor({2}, {5, -7}), b = tensor({2}, {0.5, 2});
  const Values rows{0.5, 2, 0.5, 2, 0.5, 2, 0.5, 2}, channels{0.5, 0.5, 2, 2, 0.5, 0.5, 2, 2};
  expect_value("layer_norm", {x, w, b}, rows);
  expect_value("batch_norm", {x, w, b}, channels);
  expect_value("instance_norm", {x, w, b}, channels);
  expect_value("group_norm num_groups=2", {x, w, b}, channels);
  expect_value("group_norm num_groups=1", {x, w, b}, channels);
  expect_value("batch_norm_grad eps=0.25", {x, tensor({2, 2, 2}, {1, 0, 0, 0, 0, 0, 0, 0})},
               {1.5, -0.5, 0, 0, -0.5, -0.5, 0, 0});
}

TEST(NormExamples, AnExtentOfOneIsAllowed) {
  const auto x = tensor({1, 2}, {3, -4}), b = tensor({2}, {6, 7}), w = tensor({2}, {1, 1});
  for (const char* op : {"batch_norm", "instance_norm", "group_norm num_groups=2"})
    expect_value(op, {x, w, b}, {6, 7});
  expect_value("layer_norm", {tensor({2, 1}, {3, -4})}, {0, 0});
}

TEST(NormExamples, Values) {
  const auto x = tensor({2, 2, 1}, {1, 10, 3, 10});  // channels {1, 3} and {10, 10}
  expect_value("batch_norm eps=3", {x}, {-0.5, 0, 0.5, 0});
  expect_value("batch_norm training=false eps=3",
               {x, tensor({2}, {1, 0}), tensor({2}, {1, 13}), tensor({2}, {1, 4}), tensor({2}, {0, 1})},
               {0, 11, 1, 11});
  expect_value("rms_norm eps=39", {tensor({1, 2}, {1, 7}), tensor({2}, {8, 16})}, {1, 14});
  expect_value("local_response_norm size=3 alpha=3 beta=1 k=1", {tensor({1, 3}, {1, 1, 2})},
               {1.0 / 3, 1.0 / 7, 2.0 / 6});
  expect_value("l2_normalize", {tensor({2, 2}, {0, -8, 2, 0})}, {0, -1, 1, 0});
  expect_value("l2_normalize eps=16", {tensor({1, 2}, {6, 8})}, {0.375, 0.5});
  expect_value("moving_sum before=1 after=2", {tensor({5}, {1, 2, 4, 8, 16})}, {7, 15, 30, 28, 24});
  expect_value("moving_sum after=9223372036854775807", {tensor({2}, {1, 2})}, {3, 2});
}

TEST(NormExamples, RunningStatistics) {
  const auto x = tensor({2, 1}, {1, 3}), old = tensor({1}, {4}), seen = tensor({}, {3});
  expect_value("batch_norm_running_mean momentum=0.5", {x, old}, {3});
  expect_value("batch_norm_running_var momentum=0.5", {x, old}, {3});
  expect_value("batch_norm_running_mean momentum=0", {x, old}, {4});
  expect_value("batch_norm_running_mean momentum=0", {x, old, seen}, {3.5});
  expect_value("batch_norm_running_var momentum=0", {x, old, seen}, {3.5});
}

// One graph holds the loss and the update, so that one forward pass makes both.
TEST(NormExamples, TheForwardOfTheLossUpdatesOnce) {
  Graph graph;
  const Var x = graph.input("x", {2, 1}), mean = graph.param("running_mean", {1});
  const Var y = graph.apply(op_of("batch_norm eps=3"), {x});
  const Var loss = graph.apply(op_of("sum"), {graph.apply(op_of("square"), {y})});
  const Var updated = graph.apply(op_of("batch_norm_running_mean momentum=0.5"), {x, mean});
  const NodeId wanted[] = {loss.id(), updated.id()};
  const auto values = interpret<double>(graph, {tensor({2, 1}, {1, 3}), tensor({1}, {4})}, wanted);
  EXPECT_EQ(elements(values[static_cast<std::size_t>(loss.id())]), (Values{0.5}));
  EXPECT_EQ(elements(values[static_cast<std::size_t>(updated.id())]), (Values{3}));
}

TEST(NormExamples, BlockedEntriesNeverReachTheResult) {
  const auto x = tensor({3, 2}, {nan, 5, 1, -inf, inf, nan});
  expect_value("masked_softmax", {x, tensor({3, 2}, {0, 1, 1, 0, 0, 0})}, {0, 1, 1, 0, 0, 0});
  expect_value("masked_softmax axis=0", {tensor({2, 3}, {7, 7, 7, 7, inf, nan}), tensor({2, 1}, {1, 0})},
               {1, 1, 1, 0, 0, 0});
}

TEST(NormExamples, Refusals) {
  EXPECT_EQ(refusal("group_norm num_groups=3", {{2, 4}}),
            "[group_norm] num_groups does not divide the channels: 3 vs 4 [group_norm C3]");
  EXPECT_EQ(refusal("batch_norm training=false", {{2, 4}}),
            "[batch_norm] training=false takes 3 to 5 inputs, got 1 [batch_norm C3]");
  EXPECT_EQ(refusal("batch_norm", {{2, 4}, {3}}),
            "[batch_norm] input 1 differs from the channels of x: [3] vs [4] [batch_norm C4]");
  EXPECT_EQ(refusal("batch_norm_running_var", {{1, 4}, {4}}),
            "[batch_norm_running_var] a channel has 1 values, not more than 1: [1, 4] [batch_norm_running_var C4]");
  EXPECT_EQ(refusal("batch_norm_running_mean", {{2, 4}, {4}, {}}),
            "[batch_norm_running_mean] momentum is not 0 beside num_batches_tracked: 0.1 [batch_norm_running_mean C5]");
  EXPECT_EQ(refusal("masked_softmax", {{2, 4}, {3, 4}}),
            "[masked_softmax] the mask does not broadcast to x: [3, 4] vs [2, 4] [masked_softmax C2]");
  EXPECT_EQ(refusal("local_response_norm size=0", {{2, 4}}),
            "[local_response_norm] size is not positive: 0 [local_response_norm C2]");
}

}  // namespace
}  // namespace plumbline::spec
