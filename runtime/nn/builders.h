// The layers by name, for models in the making: `nn::run(42, nn::sequential(nn::linear({.in_features = 784,
// .out_features = 128}), nn::relu()))`. Seeds that are not set are taken from the stream, in reading order; under
// nn::pure there is no stream, and models have the seeds that they say.
#pragma once

#include "runtime/nn/batch_dim0.h"
#include "runtime/nn/blocks.h"
#include "runtime/nn/recurrent.h"
#include "runtime/nn/seeded.h"
#include "runtime/nn/transformer.h"

namespace plumbline::runtime::nn {

// What a name is: a layer from its configuration.
template <class Config>
struct Making {
  Layer operator()(Config config = {}) const { return config; }
};
struct MakingCell {
  const char* cell;
  Layer operator()(Recurrent config = {}) const {
    config.cell = cell;
    return config;
  }
};

// Without weights.
inline constexpr Making<Identity> identity;
inline constexpr Making<Relu> relu;
inline constexpr Making<Gelu> gelu;
inline constexpr Making<Silu> silu;
inline constexpr Making<Tanh> tanh;
inline constexpr Making<Sigmoid> sigmoid;
inline constexpr Making<Elu> elu;
inline constexpr Making<LeakyRelu> leaky_relu;
inline constexpr Making<LogSigmoid> log_sigmoid;
inline constexpr Making<Mish> mish;
inline constexpr Making<Selu> selu;
inline constexpr Making<Softplus> softplus;
inline constexpr Making<Softsign> softsign;
inline constexpr Making<Hardsigmoid> hardsigmoid;
inline constexpr Making<Hardswish> hardswish;
inline constexpr Making<Hardtanh> hardtanh;
inline constexpr Making<Softmax> softmax;
inline constexpr Making<LogSoftmax> log_softmax;
inline constexpr Making<Sum> sum;          // to a scalar
inline constexpr Making<Flatten> flatten;  // to a vector
inline constexpr Making<Dropout> dropout;
inline constexpr Making<MaxPool2d> max_pool2d;
inline constexpr Making<AvgPool2d> avg_pool2d;
inline constexpr Making<AdaptiveAvgPool2d> adaptive_avg_pool2d;
inline constexpr Making<GlobalAvgPool2d> global_avg_pool2d;
// [N, …] → [N, the product of the rest]
inline Layer flatten_batch() { return Flatten{1, -1}; }

// With weights.
inline constexpr Making<Linear> linear;
inline constexpr Making<Conv1d> conv1d;
inline constexpr Making<Conv2d> conv2d;
inline constexpr Making<LayerNorm> layer_norm;
inline constexpr Making<RmsNorm> rms_norm;
inline constexpr Making<BatchNorm> batch_norm;
inline constexpr Making<InstanceNorm> instance_norm;
inline constexpr Making<GroupNorm> group_norm;
inline constexpr Making<Embedding> embedding;
inline constexpr Making<LearnedPositions> learned_positions;
inline constexpr Making<SinusoidalPositions> sinusoidal_positions;
inline constexpr Making<RotaryPositions> rotary_positions, rope;  // of [B, H, T, D]
inline constexpr Making<MultiheadAttention> multihead_attention;
inline constexpr MakingCell rnn{"rnn"}, gru{"gru"}, lstm{"lstm"};
inline constexpr Making<GatedDiagonalSsm> gated_diagonal_ssm;
inline constexpr Making<Mamba> mamba;

// Those of a ResNet, which keep the extents, or halve them, rounded up, with stride 2.
inline Layer conv3x3(Index in_channels, Index out_channels, Index stride = 1) {
  return Conv2d{.in_channels = in_channels, .out_channels = out_channels, .stride = {stride}, .padding = {1}};
}
inline Layer conv1x1(Index in_channels, Index out_channels, Index stride = 1) {
  return Conv2d{.in_channels = in_channels, .out_channels = out_channels, .kernel = {1}, .stride = {stride}};
}

// Blocks.
inline constexpr Making<FlattenLinear> flatten_linear;
inline constexpr Making<Mlp> mlp;
inline constexpr Making<ConvBlock> conv_norm_act;
inline constexpr Making<BasicBlock> basic_block;
inline constexpr Making<ResNet> resnet;
inline constexpr Making<TransformerEncoderLayer> transformer_encoder_layer;
inline constexpr Making<TransformerEncoder> transformer_encoder;
inline constexpr Making<CausalLm> causal_lm;
inline constexpr Making<Head> head;

// x + f(x)
inline Builder residual(const Builder& f) {
  return Builder([f](SeedStream& stream) -> Layer { return Residual{f(stream)}; });
}
// f(x) + g(x), f first in seeds and params.
inline Builder add_branches(const Builder& f, const Builder& g) {
  return Builder([f, g](SeedStream& stream) -> Layer {
    const Layer first = f(stream);
    return Parallel{first, g(stream)};
  });
}
// f for each row of a batch.
inline Builder batch_dim0(const Builder& f) {
  return Builder([f](SeedStream& stream) -> Layer { return BatchDim0{f(stream)}; });
}

// Logits, or values, of one example or of a batch: everything but the batch flattened, then linear.
inline Layer classification_head(Index in_features, Index classes, Seed seed_w = {}) {
  return FlattenLinear{.in_features = in_features, .out_features = classes, .start = 0, .seed_w = seed_w};
}
inline Layer regression_head(Index in_features, Index out_features, Seed seed_w = {}) {
  return classification_head(in_features, out_features, seed_w);
}
inline Layer classification_head_batched(Index in_features, Index classes, Seed seed_w = {}) {
  return FlattenLinear{.in_features = in_features, .out_features = classes, .start = 1, .seed_w = seed_w};
}
inline Layer regression_head_batched(Index in_features, Index out_features, Seed seed_w = {}) {
  return classification_head_batched(in_features, out_features, seed_w);
}

// [N, positions, d_model] → [N, classes]: an encoder, all positions flattened, a linear head. With seeds from a base
// the head's is the one behind the blocks': base + num_layers · seed_stride.
inline Sequential transformer_classifier(const TransformerEncoder& encoder, Index positions, Index classes) {
  Seed seed_w;
  if (encoder.seeds.base)
    seed_w = *encoder.seeds.base + static_cast<std::uint64_t>(encoder.num_layers * encoder.seed_stride);
  return {encoder, classification_head_batched(positions * encoder.layer.d_model, classes, seed_w)};
}

// The same names without a stream of seeds; a seed that is not set is the next free stream of the plan.
namespace pure {

using nn::identity, nn::relu, nn::gelu, nn::silu, nn::tanh, nn::sigmoid, nn::elu, nn::leaky_relu, nn::log_sigmoid,
    nn::mish, nn::selu, nn::softplus, nn::softsign, nn::hardsigmoid, nn::hardswish, nn::hardtanh, nn::softmax,
    nn::log_softmax, nn::sum, nn::flatten, nn::flatten_batch, nn::dropout, nn::max_pool2d, nn::avg_pool2d,
    nn::adaptive_avg_pool2d, nn::global_avg_pool2d;
using nn::linear, nn::conv1d, nn::conv2d, nn::conv3x3, nn::conv1x1, nn::layer_norm, nn::rms_norm, nn::batch_norm,
    nn::instance_norm, nn::group_norm, nn::embedding, nn::learned_positions, nn::sinusoidal_positions,
    nn::rotary_positions, nn::rope, nn::multihead_attention, nn::rnn, nn::gru, nn::lstm, nn::gated_diagonal_ssm,
    nn::mamba;
using nn::flatten_linear, nn::mlp, nn::conv_norm_act, nn::basic_block, nn::resnet, nn::transformer_encoder_layer,
    nn::transformer_encoder, nn::causal_lm, nn::head, nn::classification_head, nn::regression_head,
    nn::classification_head_batched, nn::regression_head_batched, nn::transformer_classifier;

template <class... L>
Sequential sequential(L... layers) {
  return Sequential(std::vector<Layer>{Layer(std::move(layers))...});
}
inline Layer residual(Layer f) { return Residual{std::move(f)}; }
inline Layer add_branches(Layer f, Layer g) { return Parallel{std::move(f), std::move(g)}; }
inline Layer batch_dim0(Layer f) { return BatchDim0{std::move(f)}; }

}  // namespace pure

}  // namespace plumbline::runtime::nn
