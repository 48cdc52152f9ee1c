// Layers as the runtime records them: PyTorch's names, plans, running state and dropout masks that move with the steps.
#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/nn/blocks.h"
#include "runtime/nn/recurrent.h"
#include "runtime/nn/transformer.h"
#include "runtime/session/session.h"
#include "runtime/train/train_step.h"
#include "spec/lang/random.h"
#include "spec/ops/norm/batch_norm_running_mean.h"
#include "spec/ops/norm/batch_norm_running_var.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::runtime {
namespace {

using nn::Recording;
using nn::Scope;
using spec::Var;

const KernelTable& kernels() {
  static const KernelTable table = KernelTable::builtin();
  return table;
}

std::vector<std::string> names(const Recording& r) {
  std::vector<std::string> out;
  for (const ParameterInit& p : r.plan.parameters) out.push_back(p.name);
  return out;
}

TEST(Nn, NamesAreThoseOfAStateDict) {
  Recording r;
  const Var x = r.graph.input("x", {2, 3, 4});
  nn::TransformerEncoderLayer{.d_model = 4, .nhead = 2, .dim_feedforward = 5}(Scope(r) / "layers" / Index{0}, x);
  EXPECT_EQ(names(r), (std::vector<std::string>{
                          "layers.0.self_attn.in_proj_weight", "layers.0.self_attn.in_proj_bias",
                          "layers.0.self_attn.out_proj.weight", "layers.0.self_attn.out_proj.bias",
                          "layers.0.norm1.weight", "layers.0.norm1.bias", "layers.0.linear1.weight",
                          "layers.0.linear1.bias", "layers.0.linear2.weight", "layers.0.linear2.bias",
                          "layers.0.norm2.weight", "layers.0.norm2.bias"}));
  Recording lstm;
  const Var s = lstm.graph.input("x", {5, 3});
  nn::Recurrent{.cell = "lstm", .input_size = 3, .hidden_size = 2, .num_layers = 2, .bidirectional = true}(Scope(lstm),
                                                                                                          s);
  EXPECT_EQ(lstm.plan.parameters.size(), 16u);
  EXPECT_EQ(names(lstm)[4], "weight_ih_l0_reverse");
  EXPECT_EQ(lstm.plan.parameters[8].shape, (Shape{8, 4}));  // weight_ih_l1
}

TEST(Nn, ALayerAppliedAgainSharesItsWeights) {
  Recording r;
  const Var x = r.graph.input("x", {2, 3});
  const nn::Linear square{.in_features = 3, .out_features = 3};
  square(Scope(r), square(Scope(r), x));
  EXPECT_EQ(names(r), (std::vector<std::string>{"weight", "bias"}));
  EXPECT_THROW((nn::Linear{.in_features = 3, .out_features = 4}(Scope(r), x)), spec::Error);
}

TEST(Nn, StochasticParametersTakeStreamsOfTheirOwn) {
  Recording r;
  nn::ResNet{.in_channels = 1, .width = 2, .blocks = 1, .groups = 2}(Scope(r), r.graph.input("x", {2, 1, 4, 4}));
  EXPECT_TRUE(validate(r.plan));
  std::vector<std::uint64_t> streams;
  for (const ParameterInit& p : r.plan.parameters)
    if (p.name.ends_with("weight") && p.shape.rank() > 1) streams.push_back(p.stream);
  for (std::size_t i = 0; i < streams.size(); ++i) EXPECT_EQ(streams[i], i);
}

// A linear layer behind batch norm and dropout, with the mean as its loss.
struct Model {
  Recording r;
  NodeId x = -1, dropped = -1, normed = -1, loss = -1;
  Model() {
    r.seed = 9;
    const Var input = r.graph.input("x", {6, 3});
    const Var y = nn::BatchNorm{.num_features = 3}(Scope(r) / "bn", input);
    const Var z = (Scope(r) / "drop").dropout(y, 0.5);
    const Var out = nn::Linear{.in_features = 3, .out_features = 2}(Scope(r) / "fc", z);
    x = input.id(), normed = y.id(), dropped = z.id(), loss = call(spec::Mean{}, std::vector<Var>{out}).id();
    r.graph.output(r.graph.var(loss));
  }
};

std::vector<float> data(int step) {
  std::vector<float> x(18);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(step) * 5) % 11);
  return x;
}

struct Trained {
  std::vector<std::vector<float>> mean, var, dropped;  // after each step
};
Trained train(int threads, int steps, bool evaluate_between) {
  const Model m;
  PlanOptions options;
  options.threads = threads, options.keep = Keep::all;
  auto step = spec::value_or_throw(
      TrainStep::create(m.r.graph, m.loss, spec::Sgd{.lr = 0.1}, kernels(), options, m.r.state));
  for (std::size_t i = 0; i < step.parameters().size(); ++i)  // the scale of the norm is 1, and its shift 0
    std::ranges::fill(step.parameter(i), i == 1 ? 0.0F : 1.0F);
  Trained out;
  for (int t = 0; t < steps; ++t) {
    const std::vector<float> x = data(t);
    EXPECT_TRUE(step.program().set(m.x, std::span<const float>(x)));
    EXPECT_TRUE(!evaluate_between || step.evaluate());
    EXPECT_TRUE(step.step());
    const auto copy = [](std::span<const float> s) { return std::vector<float>(s.begin(), s.end()); };
    out.mean.push_back(copy(step.running(0))), out.var.push_back(copy(step.running(1)));
    out.dropped.push_back(copy(step.program().value(m.dropped)));
    EXPECT_EQ(step.steps(), t + 1);
  }
  return out;
}

// Each step moves the statistics once, by the very batch that gave its loss; an evaluation does not.
TEST(Nn, RunningStatisticsMoveOncePerStep) {
  const Trained trained = train(1, 3, false), evaluated = train(1, 3, true);
  EXPECT_EQ(trained.mean, evaluated.mean);
  EXPECT_EQ(trained.var, evaluated.var);
  std::vector<float> mean(3, 0), var(3, 1);
  for (int t = 0; t < 3; ++t) {
    Session session(kernels());
    const std::vector<float> now = data(t);
    const Var x = session.input("x", {6, 3}, std::span<const float>(now));
    const Var old_mean = session.input("mean", {3}, std::span<const float>(mean));
    const Var old_var = session.input("var", {3}, std::span<const float>(var));
    const auto new_mean = session.value(session.apply(spec::BatchNormRunningMean{0.1}, {x, old_mean}));
    const auto new_var = session.value(session.apply(spec::BatchNormRunningVar{0.1}, {x, old_var}));
    mean.assign(new_mean.begin(), new_mean.end()), var.assign(new_var.begin(), new_var.end());
    EXPECT_EQ(trained.mean[static_cast<std::size_t>(t)], mean);
    EXPECT_EQ(trained.var[static_cast<std::size_t>(t)], var);
  }
}

TEST(Nn, MasksAreThoseOfSeedPathAndStep) {
  const Trained trained = train(1, 3, false);
  for (std::size_t t = 0; t < 3; ++t)
    for (std::size_t i = 0; i < 18; ++i)
      EXPECT_TRUE(spec::kept(spec::mask_key(9, "drop", t), i, 0.5) || trained.dropped[t][i] == 0);
  EXPECT_NE(trained.dropped[0], trained.dropped[1]);
}

TEST(Nn, StateIsTheSameForAnyNumberOfThreads) {
  const Trained one = train(1, 3, false);
  for (const int threads : {2, 5}) {
    const Trained many = train(threads, 3, false);
    EXPECT_EQ(one.mean, many.mean);
    EXPECT_EQ(one.var, many.var);
    EXPECT_EQ(one.dropped, many.dropped);
  }
}

// The eager session draws the compiled graph's masks.
TEST(Nn, EagerDrawsTheSameMasks) {
  const Trained trained = train(1, 2, false);
  const Model m;
  for (std::size_t t = 0; t < 2; ++t) {
    Session session(kernels());
    const std::vector<float> now = data(static_cast<int>(t));
    const std::vector<std::int64_t> step{static_cast<std::int64_t>(t)};
    const Var x = session.input("x", {6, 3}, std::span<const float>(now));
    const Var counted = session.input("step", {}, spec::max_elements, step);
    const std::vector<float> ones(3, 1), zeros(3, 0);
    const Var w = session.param("w", {3}, std::span<const float>(ones)),
              b = session.param("b", {3}, std::span<const float>(zeros));
    const Var y = session.apply(m.r.graph.node(m.normed).op, {x, w, b});
    const auto dropped = session.value(session.apply(m.r.graph.node(m.dropped).op, {y, counted}));
    EXPECT_TRUE(t > 0 || std::ranges::equal(dropped, trained.dropped[t]));  // later the weights have moved
    for (std::size_t i = 0; i < 18; ++i) EXPECT_EQ(dropped[i] == 0, trained.dropped[t][i] == 0);
  }
}

TEST(Nn, MistakesAreNamed) {
  const auto message = [](auto&& f) -> std::string {
    Recording r;
    try {
      f(r);
    } catch (const spec::Error& e) {
      return e.what();
    }
    return "none";
  };
  EXPECT_EQ(message([](Recording& r) { nn::activation("rleu", r.graph.input("x", {1})); }),
            "[activation] found rleu, expected relu, gelu, gelu_tanh, silu, tanh, sigmoid or none");
  EXPECT_EQ(message([](Recording& r) { nn::Recurrent{.cell = "lstn"}(Scope(r), r.graph.input("x", {2, 1})); }),
            "[recurrent] cell is lstm, gru, rnn or rnn_relu, got lstn");
  EXPECT_EQ(message([](Recording& r) { nn::Mlp{.widths = {3}}(Scope(r), r.graph.input("x", {2, 3})); }),
            "[mlp] expects at least 2 widths, got 1");
}

}  // namespace
}  // namespace plumbline::runtime
