// Models of images: a LeNet, residual networks, a vision transformer.
#include "crosscheck/models/description.h"
#include "runtime/nn/blocks.h"
#include "runtime/nn/transformer.h"
#include "spec/layers/losses.h"
#include "spec/ops/reduce/mean.h"
#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::crosscheck {

using runtime::nn::Scope;
using spec::Index;
using spec::Var;
namespace nn = runtime::nn;

namespace {

constexpr Index side = 8, classes = 10;

ModelOutput classified(const Var& logits, const Var& labels) {
  return {logits, spec::cross_entropy_index(logits, labels)};
}
Var image(const Var& x) { return spec::reshape(x, {x.shape()[0], 1, side, side}); }
Var flat(const Var& x) { return spec::reshape(x, {x.shape()[0], x.shape().size() / x.shape()[0]}); }

// [N, 64] → [N, 16, 4]: patches of 2×2.
Var patches(const Var& x) {
  constexpr Index patch = 2, across = side / patch;
  const Index n = x.shape()[0];
  const Var apart = spec::permute(spec::reshape(x, {n, across, patch, across, patch}), {0, 1, 3, 2, 4});
  return spec::reshape(apart, {n, across * across, patch * patch});
}

ModelOutput lenet(const Scope& s, const Var& x, const Var& labels) {
  const auto block = [](Index in, Index out) {
    return nn::ConvBlock{.conv = {.in_channels = in, .out_channels = out, .kernel = {3}, .padding = {1}}, .pool = 2};
  };
  const Var y = block(6, 12)(s / "features" / Index{1}, block(1, 6)(s / "features" / Index{0}, image(x)));
  return classified(nn::Mlp{.widths = {12 * 4, 32, classes}, .dropout = 0.1}(s / "classifier", flat(y)), labels);
}

ModelOutput resnet_block(const Scope& s, const Var& x, const Var& labels) {
  const nn::ConvBlock stem{.conv = {.in_channels = 1, .out_channels = 4, .kernel = {3}, .padding = {1}, .bias = false},
                           .norm = "batch"};
  const Var y =
      nn::BasicBlock{.in_channels = 4, .out_channels = 8, .stride = 2}(s / "block", stem(s / "stem", image(x)));
  return classified(nn::Head{.in_features = 8 * 16, .out_features = classes}(s / "head", flat(y)), labels);
}

ModelOutput resnet18(const Scope& s, const Var& x, const Var& labels) {
  return classified(nn::ResNet{.in_channels = 1, .width = 4, .blocks = 2, .groups = 4, .classes = classes}(s, image(x)),
                    labels);
}

ModelOutput vit(const Scope& s, const Var& x, const Var& labels) {
  constexpr Index width = 16;
  Var y = nn::Linear{.in_features = 4, .out_features = width}(s / "patch_embed", patches(x));
  y = nn::LearnedPositions{.max_len = 16, .embedding_dim = width}(s / "pos_embed", y);
  const nn::TransformerEncoderLayer block{.d_model = width, .nhead = 2, .dim_feedforward = 2 * width,
                                          .activation = "gelu", .norm_first = true};
  y = nn::TransformerEncoder{.layer = block, .num_layers = 2}(s / "encoder", y);
  const Var pooled = call(spec::Mean{{1}, false}, {y});
  return classified(nn::Head{.in_features = width, .out_features = classes, .norm = true}(s / "head", pooled), labels);
}

ModelDescription of_digits(std::string_view name, std::string_view summary, double lr, double enough,
                           decltype(ModelDescription::build) build) {
  return {.name = name, .summary = summary, .data = "digits.csv", .x = {{side * side}}, .label = {{}, classes},
          .scale = 0x1p-4, .optimiser = spec::Adam{.lr = lr}, .enough = enough, .build = build};
}

}  // namespace

void add_image_models(std::vector<ModelDescription>& list) {
  list.push_back(of_digits("lenet", "two convolutions with relu and max pool, a perceptron with dropout, on digits",
                           0.01, 0.9, lenet));
  list.push_back(of_digits("resnet-block",
                           "a convolution with batch norm and one residual block of stride 2, on digits", 0.01, 0.9,
                           resnet_block));
  list.push_back(of_digits("resnet18", "ResNet-18 of widths 4 to 32 for 8x8 images: four groups of two blocks", 0.01,
                           0.8, resnet18));
  list.push_back(of_digits("vit", "16 patches of a digit, two pre-norm encoder blocks of width 16, the mean, a head",
                           0.005, 0.75, vit));
}

}  // namespace plumbline::crosscheck
