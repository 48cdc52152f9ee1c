// Models of sequences, on rows made from a seed: a language model, classifiers, a regressor.
#include <cmath>
#include <numbers>

#include "crosscheck/models/description.h"
#include "runtime/nn/blocks.h"
#include "runtime/nn/graphspec_layer.h"
#include "runtime/nn/recurrent.h"
#include "runtime/nn/transformer.h"
#include "spec/graph/graphspec/models.h"
#include "spec/layers/losses.h"
#include "spec/ops/reduce/mean.h"
#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"
#include "spec/ops/shape/slice.h"

namespace plumbline::crosscheck {

using runtime::nn::Scope;
using spec::Index;
using spec::Var;
namespace nn = runtime::nn;

namespace {

constexpr Index letters = 8, length = 8, kinds = 3;

ModelOutput classified(const Var& logits, const Var& labels) {
  return {logits, spec::cross_entropy_index(logits, labels)};
}
Var time_major(const Var& x) { return spec::permute(x, {1, 0, 2}); }

// x_t = (x_0 + t · stride) mod letters; the label of a position is the next letter.
void progression(RandomChoices& random, std::span<double> x, std::span<double> label) {
  const Index first = random.pick(0, letters - 1), stride = random.pick(1, 3);
  for (std::size_t t = 0; t < x.size(); ++t) {
    x[t] = static_cast<double>((first + static_cast<Index>(t) * stride) % letters);
    label[t] = static_cast<double>((first + static_cast<Index>(t + 1) * stride) % letters);
  }
}

// Noise letters and one of three marks somewhere, which is the label.
void marked(RandomChoices& random, std::span<double> x, std::span<double> label) {
  for (double& letter : x) letter = static_cast<double>(random.pick(kinds, letters - 1));
  label[0] = static_cast<double>(random.pick(0, kinds - 1));
  x[static_cast<std::size_t>(random.pick(0, static_cast<Index>(x.size()) - 1))] = label[0];
}

// A point on a circle that turns left, right, or not at all, with noise.
void turning(RandomChoices& random, std::span<double> x, std::span<double> label) {
  label[0] = static_cast<double>(random.pick(0, kinds - 1));
  const double start = 2 * std::numbers::pi * random.unit(), speed = (label[0] - 1) * (0.3 + 0.3 * random.unit());
  for (std::size_t t = 0; t < x.size() / 2; ++t) {
    const double angle = start + speed * static_cast<double>(t);
    x[2 * t] = std::cos(angle) + 0.1 * random.normal(), x[2 * t + 1] = std::sin(angle) + 0.1 * random.normal();
  }
}

// A sampled wave, and its next value.
void wave(RandomChoices& random, std::span<double> x, std::span<double> label) {
  const double start = 2 * std::numbers::pi * random.unit(), speed = 0.3 + 0.7 * random.unit();
  const auto at = [&](std::size_t t) { return std::sin(start + speed * static_cast<double>(t)); };
  for (std::size_t t = 0; t < x.size(); ++t) x[t] = at(t);
  label[0] = at(x.size());
}

ModelOutput gpt(const Scope& s, const Var& tokens, const Var& labels) {
  const nn::GraphSpecLayer preset{spec::models::gpt(
      {.batch = 1, .length = length, .vocabulary = letters, .width = 16, .heads = 2, .layers = 2})};
  return classified(preset(s, tokens), labels);
}

ModelOutput encoder_classifier(const Scope& s, const Var& tokens, const Var& labels) {
  constexpr Index width = 16;
  Var x = nn::Embedding{.num_embeddings = letters, .embedding_dim = width}(s / "embedding", tokens);
  x = nn::SinusoidalPositions{}(s, x);
  const nn::TransformerEncoderLayer block{.d_model = width, .nhead = 2, .dim_feedforward = 2 * width, .dropout = 0.1};
  x = nn::TransformerEncoder{.layer = block, .num_layers = 2}(s / "encoder", x);
  const Var pooled = call(spec::Mean{{1}, false}, {x});
  return classified(nn::Head{.in_features = width, .out_features = kinds}(s / "head", pooled), labels);
}

ModelOutput lstm_classifier(const Scope& s, const Var& x, const Var& labels) {
  constexpr Index hidden = 12;
  const nn::Recurrent lstm{.cell = "lstm", .input_size = 2, .hidden_size = hidden};
  const Var h = lstm(s / "lstm", time_major(x)).hidden.front();
  return classified(nn::Head{.in_features = hidden, .out_features = kinds}(s / "head", h), labels);
}

ModelOutput gru_regressor(const Scope& s, const Var& x, const Var& labels) {
  constexpr Index hidden = 12;
  const nn::Recurrent gru{.cell = "gru", .input_size = 1, .hidden_size = hidden};
  const Var h = gru(s / "gru", time_major(x)).hidden.front();
  const Var y = nn::Head{.in_features = hidden, .out_features = 1}(s / "head", h);
  return {y, spec::mse(y, labels)};
}

ModelOutput mamba_classifier(const Scope& s, const Var& tokens, const Var& labels) {
  constexpr Index width = 8;
  const Var x = time_major(nn::Embedding{.num_embeddings = letters, .embedding_dim = width}(s / "embedding", tokens));
  const nn::Residual block{[](const Scope& at, const Var& in) {
    const Var normed = nn::RmsNorm{.normalized_shape = {width}}(at / "norm", in);
    return nn::Mamba{.d_model = width, .d_state = 4, .d_conv = 3}(at / "mixer", normed);
  }};
  const Var pooled = call(spec::Mean{{0}, false}, {block(s / "block", x)});
  return classified(nn::Head{.in_features = width, .out_features = kinds, .norm = true}(s / "head", pooled), labels);
}

}  // namespace

void add_sequence_models(std::vector<ModelDescription>& list) {
  const Feature word{{length}, letters}, kind{{}, kinds};
  list.push_back({.name = "gpt",
                  .summary = "the GraphSpec preset gpt with two blocks of width 16, on arithmetic progressions",
                  .data = "",
                  .x = word,
                  .label = word,
                  .make = progression,
                  .optimiser = spec::Adamw{.lr = 0.01},
                  .enough = 0.75,
                  .build = gpt});
  list.push_back({.name = "encoder-classifier",
                  .summary = "two post-norm encoder blocks with dropout: which mark is among the letters",
                  .data = "", .x = word, .label = kind, .make = marked, .optimiser = spec::Adam{.lr = 0.005},
                  .enough = 0.85, .build = encoder_classifier});
  list.push_back({.name = "lstm-classifier", .summary = "an lstm of 12 units: does the point turn left, right or not",
                  .data = "", .x = {{length, 2}}, .label = kind, .make = turning, .optimiser = spec::Adam{.lr = 0.02},
                  .enough = 0.85, .build = lstm_classifier});
  list.push_back({.name = "gru-regressor", .summary = "a gru of 12 units: the next value of a wave",
                  .data = "", .x = {{length, 1}}, .label = {{1}}, .make = wave, .optimiser = spec::Adam{.lr = 0.02},
                  .metric = Metric::loss, .enough = 0.05, .build = gru_regressor});
  list.push_back(
      {.name = "mamba-classifier",
       .summary = "embedding, one residual Mamba block of width 8, the mean: which mark is among the letters",
       .data = "",
       .x = word,
       .label = kind,
       .make = marked,
       .optimiser = spec::Adam{.lr = 0.01},
       .enough = 0.85,
       .build = mamba_classifier});
}

}  // namespace plumbline::crosscheck
