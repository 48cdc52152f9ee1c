// Models as values: names, seeds in reading order, explicit seeds, places of errors, lifting over a batch.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "runtime/nn/builders.h"
#include "runtime/nn/model.h"
#include "spec/eval/exact.h"

namespace plumbline::runtime {
namespace {

using nn::InputType;
using nn::Layer;
using nn::RecordOptions;
using nn::Sequential;
using spec::Index;
using spec::Shape;

std::vector<std::uint64_t> streams(const Initialisation& plan) {
  std::vector<std::uint64_t> out;
  for (const ParameterInit& p : plan.parameters)
    if (nn::stochastic(p.scheme)) out.push_back(p.stream);
  return out;
}
std::vector<std::string> names(const Initialisation& plan) {
  std::vector<std::string> out;
  for (const ParameterInit& p : plan.parameters) out.push_back(p.name);
  return out;
}
Initialisation plan_of(const Layer& layer, const InputType& x, const RecordOptions& options = {}) {
  return spec::value_or_throw(nn::record(layer, x, options)).recording.plan;
}
std::string error_of(const Layer& layer, const InputType& x) {
  const auto r = nn::record(layer, x);
  return r ? "none" : r.error().what();
}
std::vector<std::uint64_t> seeds_of(std::uint64_t base, Index count, StreamScheme scheme = StreamScheme::separate) {
  nn::SeedStream stream(base, scheme);
  std::vector<std::uint64_t> out;
  for (Index i = 0; i < count; ++i) out.push_back(stream.next_seed());
  return out;
}

const KernelTable& kernels() {
  static const KernelTable table = KernelTable::builtin();
  return table;
}

TEST(Sequential, NamesAreThoseOfTorch) {
  const Sequential inner = nn::pure::sequential(nn::linear({.in_features = 4, .out_features = 4}), nn::relu());
  const Sequential model = nn::pure::sequential(nn::linear({.in_features = 3, .out_features = 4}), nn::relu(), inner,
                                                nn::batch_norm({.num_features = 4}));
  EXPECT_EQ(names(plan_of(model, {2, 3})), (std::vector<std::string>{"0.weight", "0.bias", "2.0.weight", "2.0.bias",
                                                                     "3.weight", "3.bias"}));
  const auto state = spec::value_or_throw(model.state({2, 3}));
  ASSERT_EQ(state.size(), 2u);
  EXPECT_EQ(state[0].name, "3.running_mean");
  EXPECT_EQ(spec::value_or_throw(model.output_shape({2, 3})), (Shape{2, 4}));
  EXPECT_EQ(names(plan_of(inner >> inner, {4})),
            (std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"}));
  EXPECT_EQ((inner >> nn::tanh()).size(), 3u);
}

TEST(Sequential, DescribesItself) {
  EXPECT_EQ(Layer(nn::linear({.in_features = 3, .out_features = 4, .seed_w = 7})).describe(),
            "linear in_features=3 out_features=4 bias=true init=(kaiming_uniform gain=1 mode=fan_in) init_b=(zeros) "
            "seed_w=7");
  EXPECT_EQ(nn::pure::sequential(nn::relu(), nn::dropout({.p = 0.25})).describe(),
            "sequential(relu, dropout p=0.25)");
  EXPECT_EQ(nn::softmax().kind(), "softmax");
  EXPECT_EQ(Layer([](const nn::Scope&, const spec::Var& x) { return x; }).kind(), "function");
}

TEST(Sequential, ErrorsSayWhere) {
  const Sequential model = nn::pure::sequential(nn::relu(), nn::dropout({.p = 0.5}),
                                                nn::linear({.in_features = 784, .out_features = 10}));
  EXPECT_EQ(error_of(model, {2, 783}), "[linear] expects last axis 784, got 783 at layer 2");
  EXPECT_EQ(error_of(nn::pure::sequential(nn::relu(), model), {2, 783}),
            "[linear] expects last axis 784, got 783 at layer 1.2");
  EXPECT_EQ(error_of(nn::pure::linear({.in_features = 2}), Shape{}), "[linear] expects last axis 2, got a scalar");
  EXPECT_EQ(error_of(nn::learned_positions({.max_len = 4, .embedding_dim = 2, .start = 3}), {2, 2}),
            "[learned_positions] 2 positions from 3 are not within 4");
}

// What builders take in reading order is what the explicit forms are given.
TEST(Seeds, BuildersTakeThemInReadingOrder) {
  const auto built = nn::run(42, nn::sequential(nn::linear({.in_features = 3, .out_features = 4}), nn::relu(),
                                                nn::dropout({.p = 0.5}),
                                                nn::linear({.in_features = 4, .out_features = 2})));
  const auto seed = seeds_of(42, 3);
  const auto pure = nn::pure::sequential(nn::linear({.in_features = 3, .out_features = 4, .seed_w = seed[0]}),
                                         nn::relu(), nn::dropout({.p = 0.5, .seed = seed[1]}),
                                         nn::linear({.in_features = 4, .out_features = 2, .seed_w = seed[2]}));
  EXPECT_EQ(built.describe(), pure.describe());
  EXPECT_EQ(streams(plan_of(built, {2, 3})), (std::vector<std::uint64_t>{seed[0], seed[2]}));
}

TEST(Seeds, SourcesGiveModelsOfTheirOwn) {
  const auto builder = nn::sequential(nn::linear({.in_features = 3, .out_features = 4}));
  auto source = nn::manual_seed(7), again = nn::manual_seed(7);
  const auto first = source.run(builder), second = source.run(builder);
  EXPECT_NE(first.describe(), second.describe());
  EXPECT_EQ(again.with_model(builder, [](const Sequential& m) { return m.describe(); }), first.describe());
  EXPECT_EQ(nn::run(nn::manual_seed(7).next_seed(), builder).describe(), first.describe());
  EXPECT_EQ(again.fresh_seed(), seeds_of(7, 2)[1]);
}

TEST(Seeds, BindAndWithSeedPassThemOn) {
  const auto twice = nn::with_seed([](std::uint64_t s) {
                       return nn::Builder(nn::linear({.seed_w = s}));
                     }).bind([](const Layer& first) { return nn::sequential(first, nn::linear()); });
  const auto seed = seeds_of(5, 2);
  EXPECT_EQ(nn::run(5, twice).describe(),
            nn::pure::sequential(nn::linear({.seed_w = seed[0]}), nn::linear({.seed_w = seed[1]})).describe());
}

// Neighbouring base seeds share nothing; TorchLean's are one sequence, shifted by one.
TEST(Seeds, NeighboursShareNothing) {
  const auto a = seeds_of(7, 1000), b = seeds_of(8, 1000);
  std::set<std::uint64_t> all(a.begin(), a.end());
  all.insert(b.begin(), b.end());
  EXPECT_EQ(all.size(), 2000u);
  const auto old = seeds_of(7, 9, StreamScheme::torchlean), next = seeds_of(8, 8, StreamScheme::torchlean);
  EXPECT_TRUE(std::equal(next.begin(), next.end(), old.begin() + 1));
  EXPECT_EQ(seeds_of(0, 2, StreamScheme::torchlean)[1], 13757245211066428519u);
}

// A weight of seed s under TorchLean's streams: its published first entries, in binary32.
TEST(Seeds, TorchLeansBitsAreReachable) {
  const Layer layer = nn::pure::linear({.in_features = 2, .out_features = 8, .init = spec::XavierUniformInit{},
                                        .seed_w = 0});
  auto model = spec::value_or_throw(nn::Model<float>::create(
      layer, {1, 2}, kernels(), {.training = false, .streams = StreamScheme::torchlean}));
  const auto a = static_cast<float>(std::sqrt(6.0 / 10.0));
  const std::array unit{0.30117025575600564, 0.6844469008501619, 0.30876562278717756, 0.23146131495013833};
  for (Index i = 0; i < 4; ++i)
    EXPECT_EQ(model.parameters()[0].value()[i],
              -a + (a - -a) * static_cast<float>(unit[static_cast<std::size_t>(i)]));
}

// Every layer with an input that it takes.
struct Sample {
  Layer layer;
  InputType x;
};
std::vector<Sample> every_layer() {
  const nn::TransformerEncoderLayer block{.d_model = 4, .nhead = 2, .dim_feedforward = 6, .dropout = 0.25};
  return {
      {nn::linear({.in_features = 3, .out_features = 2, .init_b = spec::NormalInit{}}), {2, 5, 3}},
      {nn::conv2d({.in_channels = 2, .out_channels = 3}), {1, 2, 5, 5}},
      {nn::conv1d({.in_channels = 2, .out_channels = 3}), {2, 5}},
      {nn::layer_norm({.normalized_shape = {3}, .init_gamma = spec::NormalInit{}}), {2, 3}},
      {nn::rms_norm({.normalized_shape = {3}, .init_gamma = spec::NormalInit{}}), {2, 3}},
      {nn::batch_norm({.num_features = 3, .init_beta = spec::UniformInit{}}), {2, 3, 4}},
      {nn::instance_norm({.num_features = 3, .affine = true, .init_gamma = spec::NormalInit{}}), {2, 3, 4}},
      {nn::group_norm({.num_groups = 1, .num_channels = 3, .init_gamma = spec::NormalInit{}}), {2, 3, 4}},
      {nn::embedding({.num_embeddings = 5, .embedding_dim = 2}), {Shape{2, 3}, 5}},
      {nn::learned_positions({.max_len = 5, .embedding_dim = 2}), {2, 3, 2}},
      {nn::multihead_attention({.embed_dim = 4, .num_heads = 2, .dropout = 0.25}), {2, 3, 4}},
      {nn::rnn({.input_size = 3, .hidden_size = 2}), {4, 3}},
      {nn::gru({.input_size = 3, .hidden_size = 2, .bias = false}), {4, 2, 3}},
      {nn::lstm({.input_size = 3, .hidden_size = 2, .num_layers = 2, .bidirectional = true, .dropout = 0.5}), {4, 3}},
      {nn::gated_diagonal_ssm({.input_size = 3, .hidden_size = 2}), {4, 3}},
      {nn::mamba({.d_model = 4}), {5, 4}},
      {nn::dropout({.p = 0.5}), {3}},
      {nn::flatten_linear({.in_features = 6, .out_features = 2}), {2, 2, 3}},
      {nn::mlp({.widths = {3, 5, 4, 2}, .dropout = 0.5}), {2, 3}},
      {nn::conv_norm_act({.conv = {.in_channels = 1, .out_channels = 2}, .norm = "batch", .dropout = 0.5}),
       {2, 1, 5, 5}},
      {nn::basic_block({.in_channels = 2, .out_channels = 3, .stride = 2}), {2, 2, 4, 4}},
      {nn::basic_block({.in_channels = 2, .out_channels = 2}), {2, 2, 4, 4}},
      {nn::resnet({.width = 2, .blocks = 2, .groups = 3}), {1, 1, 8, 8}},
      {block, {2, 3, 4}},
      {nn::transformer_encoder({.layer = block, .num_layers = 2}), {2, 3, 4}},
      {nn::causal_lm({.vocabulary = 5, .context = 4, .d_model = 4, .nhead = 2, .num_layers = 2, .dropout = 0.5,
                      .tied = false}),
       {Shape{2, 3}, 5}},
      {nn::head({.in_features = 3, .out_features = 2, .norm = true}), {2, 3}},
      {nn::pure::residual(nn::mlp({.widths = {3, 4, 3}})), {2, 3}},
      {nn::pure::add_branches(nn::linear({.in_features = 3}), nn::linear({.in_features = 3})), {2, 3}},
      {nn::pure::batch_dim0(nn::pure::sequential(nn::flatten(), nn::linear({.in_features = 6}))), {2, 2, 3}},
  };
}

Index dropouts(const spec::Graph& graph) {
  return std::ranges::count_if(graph.nodes(), [](const spec::Node& n) { return n.op && n.op.name() == "dropout"; });
}

// One fresh seed for each stochastic initialiser and each dropout, all different, whether it trains or not.
TEST(Seeds, OneForEachDraw) {
  for (const Sample& s : every_layer()) {
    nn::SeedStream stream(11);
    const Layer seeded = s.layer.seeded(stream);
    const auto r = spec::value_or_throw(nn::record(seeded, s.x)).recording;
    const auto taken = streams(r.plan);
    EXPECT_EQ(static_cast<Index>(taken.size()) + dropouts(r.graph), static_cast<Index>(stream.taken()))
        << s.layer.describe();
    EXPECT_EQ(std::set<std::uint64_t>(taken.begin(), taken.end()).size(), taken.size()) << s.layer.describe();
    const auto seeds = seeds_of(11, static_cast<Index>(stream.taken()));
    for (const std::uint64_t t : taken) EXPECT_TRUE(std::ranges::find(seeds, t) != seeds.end());
    EXPECT_TRUE(validate(r.plan)) << s.layer.describe();
    EXPECT_EQ(streams(plan_of(seeded, s.x, {.training = false})), taken) << s.layer.describe();
    EXPECT_EQ(seeded.seeded(stream).describe(), seeded.describe());  // a seed that is set stays
    EXPECT_TRUE(validate(plan_of(s.layer, s.x))) << s.layer.describe();
  }
}

// Whatever is put in: a model, or an error.
TEST(Layers, AnyInputIsTakenOrRefused) {
  int taken = 0, refused = 0;
  for (const Sample& s : every_layer())
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{3}, Shape{0, 3}, Shape{2, 3}, Shape{3, 0}, Shape{2, 3, 4},
                               Shape{0, 1, 4, 4}, Shape{1, 2, 3, 4}, Shape{1, 1, 1, 1, 1}})
      for (const Index extent : {Index{-1}, Index{5}})
        for (const bool training : {true, false})
          ++(nn::record(s.layer, {shape, extent}, {.training = training}) ? taken : refused);
  EXPECT_GT(taken, 100);
  EXPECT_GT(refused, 100);
  const Index huge = std::numeric_limits<Index>::max();
  for (const Layer& layer : {nn::linear({.in_features = 3, .out_features = huge}), nn::linear({.out_features = -1}),
                             nn::multihead_attention({.embed_dim = 3, .num_heads = 0}),
                             nn::multihead_attention({.embed_dim = 3, .num_heads = 3, .head_dim = huge}),
                             nn::lstm({.input_size = 3, .hidden_size = huge}), nn::gru({.num_layers = huge}),
                             nn::mamba({.d_model = 3, .expand = huge}), nn::mamba({.d_model = 3, .d_state = 0}),
                             nn::embedding({.num_embeddings = 3, .embedding_dim = huge}),
                             nn::learned_positions({.max_len = 3, .embedding_dim = 3, .start = huge}),
                             nn::dropout({.p = 2}), nn::resnet({.groups = huge}), nn::mlp({.widths = {3}}),
                             nn::batch_norm({.num_features = -3}), nn::conv1d({.in_channels = 2, .kernel = {huge}})})
    EXPECT_FALSE(nn::record(layer, {2, 3})) << layer.describe();
}

// base + 0, 1 for the convolution; 2 to 5 for the norm and its running state; 6 for the dropout.
TEST(Seeds, BlocksCountFromABase) {
  const Layer block = nn::conv_norm_act({.conv = {.in_channels = 1, .out_channels = 2, .init_b = spec::UniformInit{}},
                                         .norm = "batch", .dropout = 0.5, .seeds = {.base = 20}});
  const auto r = spec::value_or_throw(nn::record(block, {2, 1, 4, 4})).recording;
  EXPECT_EQ(streams(r.plan), (std::vector<std::uint64_t>{20, 21}));
  const auto& nodes = r.graph.nodes();
  const auto drop = std::ranges::find_if(nodes, [](const spec::Node& n) { return n.op && n.op.name() == "dropout"; });
  ASSERT_NE(drop, nodes.end());
  EXPECT_EQ(drop->op->attributes()[1], (spec::Attribute{"seed", "26"}));
  EXPECT_EQ(streams(plan_of(nn::mlp({.widths = {2, 3, 4, 2}, .dropout = 0.5, .seeds = {.base = 0}}), {1, 2})),
            (std::vector<std::uint64_t>{0, 3, 6}));
}

TEST(Seeds, StacksStrideFromABase) {
  const nn::TransformerEncoder stack{.layer = {.d_model = 4, .nhead = 2, .dim_feedforward = 6}, .num_layers = 3,
                                     .seeds = {.base = 1000}};
  const auto taken = streams(plan_of(stack, {2, 3, 4}));
  ASSERT_EQ(taken.size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(taken[i], taken[i % 4] + 100 * (i / 4));
  EXPECT_EQ(streams(plan_of(nn::transformer_classifier(stack, 3, 2), {2, 3, 4})).back(), 1300u);
  nn::TransformerEncoder tight = stack;
  tight.seed_stride = 11;
  EXPECT_EQ(error_of(tight, {2, 3, 4}), "[transformer_encoder] a block takes 12 seeds, more than seed_stride 11");
}

TEST(Seeds, TheSameOneTwiceIsRefused) {
  const auto model = nn::pure::sequential(nn::linear({.in_features = 2, .out_features = 2, .seed_w = 3}),
                                          nn::linear({.in_features = 2, .out_features = 2, .seed_w = 3}));
  EXPECT_EQ(validate(plan_of(model, {2})).error().what(),
            std::string("parameters 0.weight and 1.weight share random draws: streams 3 and 3 [init C7]"));
}

TEST(Down2, IsHalfRoundedUp) {
  for (Index h = 1; h < 20; ++h) {
    EXPECT_EQ(nn::down2(h), (h - 1) / 2 + 1);
    EXPECT_EQ(spec::value_or_throw(Sequential{nn::basic_block({.stride = 2})}.output_shape({2, 1, h, h})),
              (Shape{2, 1, nn::down2(h), nn::down2(h)}));
  }
}

// A fixed mask is a parameter that does not learn, and blocks what it says.
TEST(Layers, AMaskIsPartOfTheModel) {
  const spec::Tensor<float> lower({2, 2}, {1, 0, 1, 1});
  const auto masked = nn::transformer_encoder_layer(
      {.d_model = 4, .nhead = 2, .dim_feedforward = 4, .attn_mask = lower, .seeds = {.base = 0}});
  const auto causal = nn::transformer_encoder_layer(
      {.d_model = 4, .nhead = 2, .dim_feedforward = 4, .is_causal = true, .seeds = {.base = 0}});
  const auto plan = plan_of(masked, {1, 2, 4});
  EXPECT_EQ(std::ranges::count_if(plan.parameters, [](const auto& p) { return !p.requires_grad; }), 1);
  const AnyTensor x = spec::Tensor<float>::generate({1, 2, 4}, [](Index i) { return static_cast<float>(i * i % 5); });
  auto a = spec::value_or_throw(nn::Model<float>::create(masked, {1, 2, 4}, kernels()));
  auto b = spec::value_or_throw(nn::Model<float>::create(causal, {1, 2, 4}, kernels()));
  const auto ya = spec::value_or_throw(a.predict(x)), yb = spec::value_or_throw(b.predict(x));
  EXPECT_TRUE(std::ranges::equal(ya.elements(), yb.elements()));
}

TEST(Layers, OneExampleIsABatchOfOne) {
  for (const Layer& layer : {nn::conv_norm_act({.conv = {.out_channels = 2}, .norm = "batch", .pool = 2}),
                             nn::basic_block({.out_channels = 2}), nn::max_pool2d(), nn::global_avg_pool2d()}) {
    auto alone = spec::value_or_throw(nn::Model<float>::create(layer, {1, 6, 6}, kernels()));
    auto batch = spec::value_or_throw(nn::Model<float>::create(layer, {1, 1, 6, 6}, kernels()));
    const auto x = spec::Tensor<float>::generate({1, 6, 6}, [](Index i) { return static_cast<float>(i * 7 % 11); });
    const auto y = spec::value_or_throw(alone.predict(x));
    const auto z = spec::value_or_throw(batch.predict(x.reshaped({1, 1, 6, 6})));
    EXPECT_TRUE(std::ranges::equal(y.elements(), z.elements())) << layer.describe();
  }
}

// Enclosures of f over a batch and of f on each row: both hold the exact value.
TEST(BatchDim0, IsTheLayerOnEachRow) {
  const std::vector<std::pair<Layer, Shape>> cases{
      {nn::linear({.in_features = 3, .out_features = 2}), {3}},
      {nn::flatten(), {2, 3}},
      {nn::softmax({.axis = 0}), {3, 2}},
      {nn::sum(), {2, 2}},
      {nn::lstm({.input_size = 2, .hidden_size = 2}), {3, 2}},
      {nn::mamba({.d_model = 2}), {3, 2}},
      {nn::group_norm({.num_groups = 1, .num_channels = 2}), {1, 2, 3}},
      {nn::conv2d({.in_channels = 1, .out_channels = 2}), {1, 3, 3}},
      {nn::pure::sequential(nn::max_pool2d(), nn::flatten(), nn::linear({.in_features = 4}), nn::tanh()), {1, 4, 4}},
      {nn::pure::residual(nn::linear({.in_features = 3, .out_features = 3})), {3}},
  };
  constexpr Index rows = 2;
  constexpr int precision = 128;
  for (const auto& [layer, example] : cases) {
    Shape batch{rows};
    for (const Index d : example.dims()) batch.push_back(d);
    const auto one = spec::value_or_throw(nn::record(layer, example)),
               all = spec::value_or_throw(nn::record(nn::pure::batch_dim0(layer), batch));
    ASSERT_EQ(names(one.recording.plan), names(all.recording.plan)) << layer.describe();
    const auto data = [](const spec::Graph& graph, Index from, Index number) {
      spec::Tensors<double> out;
      for (const NodeId id : graph.leaves()) {
        const bool input = graph.node(id).leaf == spec::Leaf::input;
        out.push_back(spec::Tensor<double>::generate(graph.node(id).shape, [&](Index i) {
          return static_cast<double>(((input ? from + i : i + number) * 5) % 7) - 3.0;
        }));
        if (!input) number += 3;
      }
      return out;
    };
    const std::array wanted{all.output}, mine{one.output};
    const auto y = spec::enclose(all.recording.graph, data(all.recording.graph, 0, 1), wanted, precision)[0];
    for (Index r = 0; r < rows; ++r) {
      const auto z = spec::enclose(one.recording.graph, data(one.recording.graph, r * example.size(), 1), mine,
                                   precision)[0];
      for (Index i = 0; i < z.size(); ++i)
        EXPECT_EQ(spec::nearest_double(y[r * z.size() + i]), spec::nearest_double(z[i])) << layer.describe();
    }
  }
}

TEST(BatchDim0, RefusesRunningState) {
  EXPECT_EQ(error_of(nn::pure::batch_dim0(nn::batch_norm({.num_features = 2})), {3, 2, 2}),
            "[batch_dim0] batch_norm keeps running state: it runs on batches as they are");
  EXPECT_EQ(error_of(nn::pure::batch_dim0(nn::relu()), {0, 2}),
            "[batch_dim0] expects a batch of at least 1, got [0, 2]");
}

// Rows that run one by one share params, and each has a mask of its own.
TEST(BatchDim0, RowsHaveMasksOfTheirOwn) {
  const auto f = nn::pure::residual(nn::dropout({.p = 0.5}));
  const auto r = spec::value_or_throw(nn::record(nn::pure::batch_dim0(f), {3, 4})).recording;
  std::set<std::string> paths;
  for (const spec::Node& n : r.graph.nodes())
    if (n.op && n.op.name() == "dropout") paths.insert(n.op->attributes()[2].value);
  EXPECT_EQ(paths.size(), 3u);
}

TEST(Model, PredictsAndTakesAStateIn) {
  const auto layer = nn::run(3, nn::sequential(nn::linear({.in_features = 2, .out_features = 2}),
                                               nn::batch_norm({.num_features = 2, .eps = 0})));
  auto model = spec::value_or_throw(nn::Model<double>::create(layer, {1, 2}, kernels()));
  auto state = model.state_dict();
  ASSERT_EQ(state.size(), 6u);
  state[0].value = spec::Tensor<double>({2, 2}, {1, 2, 3, 4}), state[1].value = spec::Tensor<double>({2}, {5, 6});
  state[5].value = spec::Tensor<double>::full({2}, 4);
  ASSERT_TRUE(model.load_state_dict(state));
  const auto y = spec::value_or_throw(model.predict(spec::Tensor<double>({1, 2}, {1, 1})));
  EXPECT_EQ(y[0], 4);
  EXPECT_EQ(y[1], 6.5);
  EXPECT_EQ(model.predict(spec::Tensor<float>({1, 2}, {1, 1})).error().what(),
            std::string("[predict] expected f64 [1, 2], found f32 [1, 2]"));
  state[1].name = "0.bais";
  EXPECT_EQ(model.load_state_dict(state).error().what(),
            std::string("[load_state_dict] tensor 1: expected 0.bias [2], found 0.bais [2]"));
}

}  // namespace
}  // namespace plumbline::runtime
