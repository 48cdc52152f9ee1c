// Models of images: a LeNet, residual networks, a vision transformer.
#include "crosscheck/models/description.h"
#include "runtime/nn/blocks.h"
#include "runtime/nn/graphspec_layer.h"
#include "spec/graph/graphspec/models.h"
#include "spec/layers/losses.h"
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

// The presets of `crosscheck draw`, at sizes for digits.
ModelOutput resnet18(const Scope& s, const Var& x, const Var& labels) {
  const nn::GraphSpecLayer preset{
      spec::models::resnet18({.batch = 1, .channels = 1, .side = side, .width = 4, .classes = classes})};
  return classified(preset(s, image(x)), labels);
}

ModelOutput vit(const Scope& s, const Var& x, const Var& labels) {
  const nn::GraphSpecLayer preset{spec::models::vit({.batch = 1, .channels = 1, .side = side, .patch = 2, .width = 16,
                                                     .heads = 2, .layers = 2, .hidden = 32, .classes = classes})};
  return classified(preset(s, image(x)), labels);
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
  list.push_back(of_digits("resnet18", "the GraphSpec preset resnet18 with widths 4 to 32, on digits", 0.01, 0.8,
                           resnet18));
  list.push_back(of_digits("vit", "the GraphSpec preset vit with 16 patches and two blocks of width 16, on digits",
                           0.005, 0.75, vit));
}

}  // namespace plumbline::crosscheck
