// Worked examples of convolutions, transposed ones, pools and resampling, and what they refuse.
#include <gtest/gtest.h>

#include <cmath>

#include "spec/eval/interpret.h"
#include "tests/ops/examples.h"

namespace plumbline::spec {
namespace {

Tensor<double> counted(Shape shape) {
  return Tensor<double>::generate(std::move(shape), [](Index i) { return static_cast<double>(i + 1); });
}

TEST(WindowExamples, Convolutions) {
  const auto w = tensor({1, 1, 2}, {1, 10});
  expect_value("conv1d", {tensor({1, 3}, {1, 2, 3}), w}, {21, 32});
  expect_value("conv1d padding=[0,1] dilation=2", {tensor({1, 3}, {1, 2, 3}), w}, {31, 2});
  expect_value("conv1d groups=2", {tensor({2, 2}, {1, 2, 3, 4}), tensor({2, 1, 1}, {1, 10}), tensor({2}, {5, 6})},
               {6, 7, 36, 46});
  expect_value("conv3d stride=2", {counted({1, 1, 3, 1, 2}), tensor({1, 1, 1, 1, 2}, {1, 10})}, {21, 65});
  expect_value("conv1d padding=1", {tensor({1, 1}, {2}), tensor({1, 1, 3}, {inf, 3, nan})}, {6});
}

TEST(WindowExamples, WinogradIsTheConvolution) {
  const auto x = counted({1, 1, 3, 3}), w = tensor({1, 1, 3, 3}, {0, 1, 0, 2, 0, 4, 0, 8, 0}), b = tensor({1}, {0.5});
  expect_value("conv2d", {x, w, b}, {98.5});
  expect_value("conv2d padding=1", {x, w}, {40, 54, 52, 77, 98, 85, 36, 55, 22});
}

TEST(WindowExamples, TransposedConvolutions) {
  const auto x = tensor({1, 2}, {1, 2}), w = tensor({1, 1, 2}, {1, 10});
  expect_value("conv_transpose1d", {x, w}, {1, 12, 20});
  expect_value("conv_transpose1d stride=3 output_padding=2 padding=1", {x, w, tensor({1}, {0.5})},
               {10.5, 0.5, 2.5, 20.5, 0.5});
  expect_value("conv_transpose2d stride=2", {tensor({1, 1, 2}, {1, 2}), tensor({1, 1, 1, 2}, {1, 10})}, {1, 10, 2, 20});
}

TEST(WindowExamples, PoolsThatSlide) {
  const auto x = tensor({1, 5}, {1, 5, 2, 4, 3});
  expect_value("max_pool1d", {x}, {5, 4});
  expect_value("max_pool1d ceil_mode=true", {x}, {5, 4, 3});
  expect_value("avg_pool1d ceil_mode=true", {x}, {3, 3, 3});
  expect_value("avg_pool1d padding=1", {x}, {0.5, 3.5, 3.5});
  expect_value("avg_pool1d padding=1 count_include_pad=false", {x}, {1, 3.5, 3.5});
  expect_value("avg_pool1d divisor_override=-4", {x}, {-1.5, -1.5});
  expect_value("max_pool1d kernel=3 stride=2 ceil_mode=true padding=1", {x}, {5, 5, 4});
  const auto square = tensor({1, 2, 2}, {3, 4, 0, 0});
  expect_value("lp_pool2d", {square}, {5});
  expect_value("lp_pool2d norm_type=1 absolute=true", {tensor({1, 2, 2}, {3, -4, 0, 1})}, {8});
  expect_value("global_avg_pool2d", {square}, {1.75});
}

TEST(WindowExamples, PoolsThatAdapt) {
  const auto x = counted({1, 1, 5});
  expect_value("adaptive_max_pool2d output_size=[1,3]", {x}, {2, 4, 5});
  expect_value("adaptive_avg_pool2d output_size=[1,3]", {x}, {1.5, 3, 4.5});
  expect_value("adaptive_max_pool2d output_size=[2,1]", {x}, {5, 5});
}

TEST(WindowExamples, Resampling) {
  const auto x = tensor({1, 1, 3}, {0, 4, 8});
  expect_value("upsample_nearest2d size=[1,4]", {x}, {0, 0, 4, 8});
  expect_value("upsample_nearest2d scale_factor=[2,1]", {x}, {0, 4, 8, 0, 4, 8});
  expect_value("upsample_bilinear2d scale_factor=[1,2]", {x}, {0, 1, 3, 5, 7, 8});
  expect_value("upsample_bilinear2d size=[1,5] align_corners=true", {x}, {0, 2, 4, 6, 8});
  expect_value("upsample_bilinear2d size=[1,1] align_corners=true", {x}, {0});
  expect_value("pixel_shuffle", {counted({4, 1, 2})}, {1, 3, 2, 4, 5, 7, 6, 8});
}

TEST(WindowExamples, Refusals) {
  EXPECT_EQ(refusal("conv1d stride=[1,2]", {{1, 4}, {1, 1, 2}}),
            "[conv1d] stride has 2 entries, expected 1 [conv1d C5]");
  EXPECT_EQ(refusal("conv_transpose1d output_padding=2", {{1, 2}, {1, 1, 2}}),
            "[conv_transpose1d] output_padding is not below the stride or the dilation: 2 vs 1 and 1 "
            "[conv_transpose1d C5]");
  EXPECT_EQ(refusal("adaptive_avg_pool2d", {{1, 0, 3}}),
            "[adaptive_avg_pool2d] input has no elements along an axis, or too many: 0 for 1 [adaptive_avg_pool2d C4]");
  EXPECT_EQ(refusal("smooth_max_pool2d beta=0", {{1, 2, 2}}),
            "[smooth_max_pool2d] beta is not finite, or 0: 0 [smooth_max_pool2d C7]");
  EXPECT_EQ(refusal("upsample_nearest2d", {{1, 2, 2}}),
            "[upsample_nearest2d] one of size and scale_factor must be given, got 0 and 0 entries "
            "[upsample_nearest2d C5]");
  EXPECT_EQ(refusal("pixel_shuffle", {{3, 2, 2}}),
            "[pixel_shuffle] channels are no multiple of upscale_factor squared: 3 vs 4 [pixel_shuffle C3]");
}

TEST(WindowExamples, HugeAttributesDoNotOverflow) {
  const std::string n = "9223372036854775807";
  for (const std::string& text :
       {"conv_transpose1d stride=" + n, "conv_transpose1d padding=" + n, "conv_transpose1d output_padding=" + n,
        "conv_transpose1d dilation=" + n, "conv_transpose1d groups=" + n})
    EXPECT_NE(refusal(text, {{1, 3}, {1, 1, 2}}).find("[conv_transpose1d C"), std::string::npos) << text;
  for (const std::string& text :
       {"adaptive_avg_pool2d output_size=" + n, "upsample_bilinear2d size=" + n, "upsample_nearest2d scale_factor=" + n,
        "pixel_shuffle upscale_factor=" + n, "avg_pool2d stride=" + n, "max_pool2d ceil_mode=true stride=" + n})
    EXPECT_EQ(refusal(text, {{4, 2, 2}}).find("accepted"), std::string::npos) << text;
}

}  // namespace
}  // namespace plumbline::spec
