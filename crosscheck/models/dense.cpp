// Models of linear layers: perceptrons on tables, an autoencoder.
#include "crosscheck/models/description.h"
#include "runtime/nn/blocks.h"
#include "spec/layers/losses.h"

namespace plumbline::crosscheck {

using runtime::nn::Scope;
using spec::Index;
using spec::Var;
namespace nn = runtime::nn;

namespace {

ModelOutput classified(const Var& logits, const Var& labels) {
  return {logits, spec::cross_entropy_index(logits, labels)};
}

}  // namespace

void add_dense_models(std::vector<ModelDescription>& list) {
  list.push_back({.name = "digits-mlp",
                  .summary = "64-32-10 with relu on 8x8 handwritten digits",
                  .data = "digits.csv", .x = {{64}}, .label = {{}, 10}, .scale = 0x1p-4,
                  .optimiser = spec::Adam{.lr = 0.01}, .enough = 0.9,
                  .build = [](const Scope& s, const Var& x, const Var& labels) {
                    return classified(nn::Mlp{.widths = {64, 32, 10}}(s / "layer", x), labels);
                  }});
  list.push_back({.name = "iris-mlp",
                  .summary = "4-16-3 with relu on measurements of flowers",
                  .data = "iris.csv", .x = {{4}}, .label = {{}, 3}, .scale = 0x1p-3,
                  .optimiser = spec::Adam{.lr = 0.02}, .enough = 0.9,
                  .build = [](const Scope& s, const Var& x, const Var& labels) {
                    return classified(nn::Mlp{.widths = {4, 16, 3}}(s / "layer", x), labels);
                  }});
  list.push_back({.name = "autoencoder",
                  .summary = "64-24-12-24-64 with gelu, mean square error of handwritten digits",
                  .data = "digits.csv", .x = {{64}}, .label = {{}, 10}, .scale = 0x1p-4,
                  .optimiser = spec::Adam{.lr = 0.005}, .metric = Metric::loss, .enough = 0.06,
                  .build = [](const Scope& s, const Var& x, const Var&) -> ModelOutput {
                    const Var code = nn::Mlp{.widths = {64, 24, 12}, .activation = "gelu"}(s / "encoder", x);
                    const Var y = nn::Mlp{.widths = {12, 24, 64}, .activation = "gelu"}(s / "decoder", code);
                    return {y, spec::mse(y, x)};
                  }});
}

}  // namespace plumbline::crosscheck
