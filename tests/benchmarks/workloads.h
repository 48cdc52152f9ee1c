// The workloads that the runtime shares with torch_bench.py: ops, and training steps of models made of layers.
#pragma once

#include <functional>
#include <random>
#include <string>

#include "runtime/nn/blocks.h"
#include "runtime/nn/recurrent.h"
#include "runtime/nn/transformer.h"
#include "runtime/train/train_step.h"
#include "spec/ops/activation/gelu.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/conv/conv2d.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/function/tanh.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/loss/cross_entropy_index.h"
#include "spec/ops/loss/mse.h"
#include "spec/ops/norm/layer_norm.h"
#include "spec/ops/norm/softmax.h"
#include "spec/ops/pool/max_pool2d.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/sequence/attention.h"
#include "spec/ops/shape/embedding.h"
#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::bench {

using runtime::Index;
using runtime::nn::Recording;
using runtime::nn::Scope;
using spec::Shape;
using spec::Var;
namespace nn = runtime::nn;

inline void must(const spec::Result<void>& result) {
  if (!result) throw result.error();
}

// What is timed: a program that is run, or a training step.
struct Workload {
  std::unique_ptr<runtime::Program> program;
  std::unique_ptr<runtime::TrainStep> step;

  runtime::Program& planned() const { return step ? step->program() : *program; }
  void run() const {
    must(step ? step->step() : program->run());
  }
};

using Make = std::function<Workload(const runtime::KernelTable&, int threads)>;

struct Named {
  std::string name;
  Make make;
};

inline std::vector<float> normal(Index n) {
  static std::mt19937 random(0);
  std::vector<float> x(static_cast<std::size_t>(n));
  for (float& v : x) v = std::normal_distribution<float>()(random);
  return x;
}

// Inputs are normal, index inputs count up to their extent; "seed" and "target" are ones and zeros.
inline void fill_inputs(runtime::Program& program) {
  const spec::Graph& graph = program.graph();
  for (const spec::NodeId id : graph.leaves()) {
    const spec::Node& leaf = graph.node(id);
    if (leaf.leaf != spec::Leaf::input || leaf.name.find("running") != std::string::npos) continue;
    const Index n = leaf.shape.size();
    if (leaf.extent >= 0) {
      std::vector<std::int64_t> index(static_cast<std::size_t>(n));
      for (std::size_t i = 0; i < index.size(); ++i) index[i] = static_cast<std::int64_t>(i * 7919) % leaf.extent;
      must(program.set(id, index));
    } else if (leaf.name == "seed" || leaf.name == "target") {
      const std::vector<float> same(static_cast<std::size_t>(n), leaf.name == "seed" ? 1.0F : 0.0F);
      must(program.set(id, same));
    } else {
      must(program.set(id, normal(n)));
    }
  }
}

// What `build` makes of inputs of the given shapes; an extent makes an index input of the first.
template <class Build>
Make forward(std::vector<Shape> shapes, Build build, Index extent = -1) {
  return [=](const runtime::KernelTable& kernels, int threads) {
    spec::Graph graph;
    std::vector<Var> in;
    for (const Shape& s : shapes)
      in.push_back(extent >= 0 && in.empty() ? graph.index_input("i", s, extent)
                                             : graph.input(spec::concat('x', in.size()), s));
    for (const Var& y : build(in)) graph.output(y);
    Workload w;
    w.program = std::make_unique<runtime::Program>(
        spec::value_or_throw(runtime::compile(graph, kernels, {.threads = threads})));
    fill_inputs(*w.program);
    return w;
  };
}

template <class O>
Make op(std::vector<Shape> shapes, O definition, Index extent = -1) {
  return forward(
      std::move(shapes),
      [=](const std::vector<Var>& in) {
        return std::vector<Var>{in.front().graph().apply(spec::make_op(definition), in)};
      },
      extent);
}

// An op and its gradients with respect to all inputs, given that of its output.
template <class O>
Make op_grad(std::vector<Shape> shapes, O definition) {
  return forward(std::move(shapes), [=](const std::vector<Var>& in) {
    spec::Graph& graph = in.front().graph();
    const Var y = graph.apply(spec::make_op(definition), in), seed = graph.input("seed", y.shape());
    std::vector<spec::NodeId> wrt;
    for (const Var& x : in) wrt.push_back(x.id());
    auto out = spec::append_grad(graph, y.id(), seed, wrt);
    out.push_back(y);
    return out;
  });
}

// A training step of what `model` records, which returns the loss, at its own initial values.
template <class Model>
Make train(spec::Optimiser optimiser, Model model) {
  return [=](const runtime::KernelTable& kernels, int threads) {
    Recording r;
    const Var loss = model(Scope(r));
    const runtime::Initialisation plan = r.plan;
    Workload w;
    w.step = std::make_unique<runtime::TrainStep>(spec::value_or_throw(
        runtime::TrainStep::create(std::move(r.graph), loss.id(), optimiser, kernels, {.threads = threads}, r.state)));
    std::vector<std::span<float>> values;
    for (std::size_t p = 0; p < w.step->parameters().size(); ++p) values.push_back(w.step->parameter(p));
    must(runtime::initialise(plan, values));
    fill_inputs(w.step->program());
    return w;
  };
}

// A classifier of the given input into ten classes: cross entropy of what `model` records.
template <class Model>
Make train_classifier(spec::Optimiser optimiser, Shape input, Index batch, Model model) {
  return train(optimiser, [=](const Scope& scope) {
    spec::Graph& graph = scope.recording().graph;
    const Var x = graph.input("x", input), y = graph.index_input("y", {batch}, 10);
    return spec::call(spec::CrossEntropyIndex{}, model(scope, x), y);
  });
}

inline Make train_mlp(Index batch, std::vector<Index> widths) {
  return train_classifier(spec::Adam{}, {batch, widths.front()}, batch,
                          [=](const Scope& scope, const Var& x) { return nn::Mlp{.widths = widths}(scope, x); });
}

inline Var flatten(const Var& x) { return spec::reshape(x, {x.shape()[0], x.shape().size() / x.shape()[0]}); }

inline Var linear(const Scope& scope, const Var& x, Index classes) {
  return nn::Linear{.in_features = x.shape().back(0), .out_features = classes}(scope / "head", x);
}

inline Var lenet(const Scope& scope, const Var& x) {
  const auto block = [](Index in, Index out) {
    return nn::ConvBlock{.conv = {.in_channels = in, .out_channels = out, .padding = {1}}, .norm = "batch", .pool = 2};
  };
  return linear(scope, flatten(block(16, 32)(scope / "1", block(1, 16)(scope / "0", x))), 10);
}

inline Var encoder(const Scope& scope, const Var& x) {
  const nn::TransformerEncoderLayer layer{.d_model = 256, .nhead = 8, .dim_feedforward = 1024, .activation = "gelu"};
  return linear(scope, flatten(nn::TransformerEncoder{.layer = layer, .num_layers = 4}(scope / "encoder", x)), 10);
}

inline Var lstm(const Scope& scope, const Var& x) {
  return linear(scope, nn::Recurrent{.input_size = 128, .hidden_size = 256}(scope / "lstm", x).hidden[0], 10);
}

// n dependent ops on one number: the cost of a node.
inline Make train_chain(Index n) {
  return train(spec::Sgd{.lr = 1e-3}, [=](const Scope& scope) {
    spec::Graph& graph = scope.recording().graph;
    const Var x = graph.input("x", {1}), target = graph.input("target", {1});
    Var y = spec::mul(x, scope.param("w", {1}, spec::OnesInit{}));
    for (Index i = 0; i < n / 2; ++i) y = spec::call(spec::Tanh{}, spec::add(y, x));
    return spec::call(spec::Mse{}, y, target);
  });
}

inline std::vector<Named> training_workloads() {
  const spec::Adam adam;
  return {
      {"train_mlp_784_256_128_10_b64", train_mlp(64, {784, 256, 128, 10})},
      {"train_mlp_1024x2048x4_b128", train_mlp(128, {1024, 2048, 2048, 2048, 1024, 10})},
      {"train_lenet_28x28_b64", train_classifier(adam, {64, 1, 28, 28}, 64, lenet)},
      {"train_resnet18_32x32_b16", train_classifier(spec::Sgd{.lr = 1e-3}, {16, 3, 32, 32}, 16,
                                                    nn::ResNet{.in_channels = 3, .width = 64})},
      {"train_encoder_d256_h8_l4_t128_b8", train_classifier(adam, {8, 128, 256}, 8, encoder)},
      {"train_lstm_t64_b32_128_256", train_classifier(adam, {64, 32, 128}, 32, lstm)},
      {"train_chain_10000_scalar", train_chain(10000)},
  };
}

inline std::vector<Named> op_workloads() {
  const Shape big{4096, 1024}, heads{8, 8, 128, 32};
  spec::Conv2d conv;
  conv.padding = {1};
  const std::vector<Shape> images{{16, 64, 32, 32}, {64, 64, 3, 3}};
  return {
      {"matmul_1024", op({{1024, 1024}, {1024, 1024}}, spec::Matmul{})},
      {"matmul_64x784x256", op({{64, 784}, {784, 256}}, spec::Matmul{})},
      {"bmm_64x128x32x128", op({{64, 128, 32}, {64, 32, 128}}, spec::Matmul{})},
      {"conv2d_16x64x32x32_64_3x3", op(images, conv)},
      {"conv2d_grad_16x64x32x32_64_3x3", op_grad(images, conv)},
      {"softmax_4096x1024", op({big}, spec::Softmax{})},
      {"layer_norm_4096x1024", op({big}, spec::LayerNorm{})},
      {"layer_norm_grad_4096x1024", op_grad({big}, spec::LayerNorm{})},
      {"gelu_4096x1024", op({big}, spec::Gelu{})},
      {"exp_4096x1024", op({big}, spec::Exp{})},
      {"add_4096x1024", op({big, big}, spec::Add{})},
      {"sum_rows_4096x1024", op({big}, spec::Sum{{-1}, false})},
      {"transpose_copy_2048x2048", op({{2048, 2048}}, spec::Permute{})},
      {"max_pool_16x64x32x32", op({{16, 64, 32, 32}}, spec::MaxPool2d{})},
      {"attention_b8_h8_t128_d32", op({heads, heads, heads}, spec::Attention{})},
      {"embedding_50000x256_8x512", op({{8, 512}, {50000, 256}}, spec::Embedding{}, 50000)},
  };
}

}  // namespace plumbline::bench
