// Shapes as types: what fits computes what the dynamic model computes, and what does not fit does not compile.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>

#include "runtime/typed/sequential.h"

namespace plumbline::runtime {
namespace {

namespace t = typed;

const KernelTable& kernels() {
  static const KernelTable table = KernelTable::builtin();
  return table;
}

template <class Model>
void expect_shape_at_run_time(const Model& model) {
  const auto shape = model.dynamic().output_shape(Model::input_shape::input());
  ASSERT_TRUE(shape) << shape.error().what();
  EXPECT_EQ(*shape, Model::output_shape::value());
}

TEST(Typed, ShapesAreThoseOfTheModel) {
  const auto mlp = t::input<t::Shape<32, 784>>() >> t::Linear<784, 128>{} >> t::relu() >> t::Linear<128, 10>{};
  static_assert(std::same_as<decltype(mlp), const t::Sequential<t::Shape<32, 784>, t::Shape<32, 10>>>);
  expect_shape_at_run_time(mlp);
  const auto images = t::input<t::Shape<2, 3, 9, 8>>() >> t::Conv2d<3, 4, 3, 2, 1>{} >> t::BatchNorm<4>{} >>
                      t::MaxPool2d<2>{} >> t::Flatten<1>{} >> t::Residual{t::Linear<16, 16>{}};
  static_assert(std::same_as<decltype(images)::output_shape, t::Shape<2, 16>>);
  expect_shape_at_run_time(images);
  expect_shape_at_run_time(t::input<t::Shape<2, 3, 9, 8>>() >> t::Conv2d<3, 5, 2>{} >> t::GlobalAvgPool2d{});
  expect_shape_at_run_time(t::input<t::Shape<5, 2, 8>>() >> t::LayerNorm<8>{} >> t::Recurrent<8, 3>{});
  expect_shape_at_run_time(t::input<t::Shape<2, 5, 8>>() >> t::TransformerEncoderLayer<8, 2, 16>{} >> t::softmax());
  const auto both = t::input<t::Shape<32, 784>>() >> mlp >> t::tanh() >> t::dropout(0.5);
  static_assert(std::same_as<decltype(both)::output_shape, t::Shape<32, 10>>);
  EXPECT_EQ(both.dynamic().size(), 5u);
  EXPECT_EQ(mlp.seeded(7).dynamic().describe(), [&] {
    nn::SeedStream stream(7);
    nn::Sequential model = mlp.dynamic();
    model.take_seeds(stream);
    return model.describe();
  }());
}

TEST(Typed, ShapesOfImages) {
  using In = t::Shape<2, 4, 9, 8>;
  expect_shape_at_run_time(t::input<In>() >> t::Conv2d<4, 6, 3, 2, 1, 2, 2>{} >> t::InstanceNorm<6>{} >> t::silu());
  expect_shape_at_run_time(t::input<In>() >> t::GroupNorm<2, 4>{} >> t::MaxPool2d<3, 2, 1>{});
  expect_shape_at_run_time(t::input<In>() >> t::AvgPool2d<3, 2, 1>{.count_include_pad = false});
  const auto bins = t::input<In>() >> t::BatchNorm<4>{} >> t::AdaptiveAvgPool2d<2, 3>{};
  static_assert(std::same_as<decltype(bins)::output_shape, t::Shape<2, 4, 2, 3>>);
  expect_shape_at_run_time(bins);
}

TEST(Typed, ShapesOfSequences) {
  using In = t::Shape<2, 5, 8>;
  expect_shape_at_run_time(t::input<In>() >> t::RmsNorm<8>{} >> t::MultiheadAttention<8, 2>{{.is_causal = true}});
  expect_shape_at_run_time(t::input<In>() >> t::LearnedPositions<7, 8, 2>{} >> t::SinusoidalPositions{});
  expect_shape_at_run_time(t::input<t::Shape<2, 2, 5, 4>>() >> t::RotaryPositions{{.interleaved = false}});
  const auto both_ways = t::input<In>() >> t::Recurrent<8, 3, true>{{.cell = "gru"}};
  static_assert(std::same_as<decltype(both_ways)::output_shape, t::Shape<2, 5, 6>>);
  expect_shape_at_run_time(both_ways);
  expect_shape_at_run_time(t::input<In>() >> t::Embedding<8, 3>{});
  const auto tokens = t::input<t::Indices<10, 2, 5>>() >> t::Embedding<12, 8>{} >> t::Linear<8, 10>{};
  static_assert(std::same_as<decltype(tokens)::output_shape, t::Shape<2, 5, 10>>);
  expect_shape_at_run_time(tokens);
}

TEST(Typed, ShapesOfBlocks) {
  const auto model = t::input<t::Shape<2, 8>>() >> t::Residual{t::Mlp<8, 16, 8>{{.activation = "tanh"}}} >>
                     t::Parallel{t::Linear<8, 3>{}, t::Mlp<8, 5, 3>{}} >> t::leaky_relu({.negative_slope = 0.25}) >>
                     t::hardtanh({.min_val = 0, .max_val = 1}) >> t::dropout({.p = 0.5}) >> t::Softmax<0>{};
  static_assert(std::same_as<decltype(model)::output_shape, t::Shape<2, 3>>);
  expect_shape_at_run_time(model);
  expect_shape_at_run_time(t::input<t::Shape<6, 2, 8>>() >> t::BatchDim0{t::Linear<8, 3>{}} >> t::log_softmax());
  expect_shape_at_run_time(t::input<t::Shape<5, 2, 8>>() >>
                           t::Typed<nn::Mamba, t::Shape<5, 2, 8>, t::Shape<5, 2, 8>>{{.d_model = 8}});
}

// What a Typed layer says is checked when a model is made; indices when it runs.
TEST(Typed, ClaimsAreChecked) {
  using In = t::Shape<2, 3>;
  const auto wrong = t::input<In>() >> t::Typed<nn::Linear, In, t::Shape<2, 4>>{{.in_features = 3, .out_features = 5}};
  const auto made = t::Model<float, In, t::Shape<2, 4>>::create(wrong, kernels());
  ASSERT_FALSE(made);
  EXPECT_STREQ(made.error().what(), "[sequential] expected output [2, 4], found [2, 5]");
  using Tokens = t::Indices<3, 2>;
  const auto model = (t::input<Tokens>() >> t::Embedding<3, 4>{}).seeded(1);
  auto typed = spec::value_or_throw(t::Model<float, Tokens, t::Shape<2, 4>>::create(model, kernels()));
  EXPECT_TRUE(typed.predict(t::Tensor<std::int64_t, t::Dim<2>>(0, 2)));
  EXPECT_FALSE(typed.predict(t::Tensor<std::int64_t, t::Dim<2>>(0, 3)));
  using Target = t::Shape<2, 4>;
  auto module = spec::value_or_throw(t::ScalarModule<float, Tokens, Target>::create(model, loss::mse, kernels()));
  EXPECT_TRUE(module.step(0.5F, t::Tensor<std::int64_t, t::Dim<2>>(0, 2), t::TensorOf<float, Target>(1)));
}

TEST(Typed, ComputesWhatTheDynamicModelComputes) {
  using In = t::Shape<2, 3>;
  using Out = t::Shape<2, 2>;
  const auto model = (t::input<In>() >> t::Linear<3, 4>{} >> t::relu() >> t::Linear<4, 2>{}).seeded(3);
  auto typed = spec::value_or_throw(t::Model<float, In, Out>::create(model, kernels()));
  auto plain = spec::value_or_throw(nn::Model<float>::create(model.layer(), {2, 3}, kernels()));
  const t::Tensor<float, t::Dim<2>, t::Dim<3>> x(1, 2, 3, -1, 0.5, 4);
  EXPECT_EQ(x(1, 2), 4);
  EXPECT_EQ((x.reshape<t::Dim<6>>()(3)), -1);
  const t::Tensor<float, t::Dim<2>, t::Dim<2>> y = spec::value_or_throw(typed.predict(x));
  EXPECT_TRUE(std::ranges::equal(y.elements(), spec::value_or_throw(plain.predict(x.dynamic())).elements()));

  auto module = spec::value_or_throw(t::ScalarModule<float, In, Out>::create(model, loss::mse, kernels()));
  const float before = *module.forward(x, y);
  EXPECT_EQ(before, 0);
  EXPECT_EQ(*module.step(0.5F, x, y), 0);
}

// At the boundary from the dynamic world shapes are checked once, when it runs.
TEST(Typed, WhatComesFromOutsideIsChecked) {
  const auto wrong = t::Tensor<float, t::Dim<2>>::from(spec::Tensor<float>({3}, {1, 2, 3}));
  EXPECT_EQ(wrong.error().what(), std::string("[tensor] expected shape [2], found [3]"));
  using Model = t::Sequential<t::Shape<1, 2>, t::Shape<1, 3>>;
  EXPECT_TRUE(Model::from(nn::pure::sequential(nn::linear({.in_features = 2, .out_features = 3}))));
  EXPECT_EQ(Model::from(nn::pure::sequential(nn::relu())).error().what(),
            std::string("[sequential] expected output [1, 3], found [1, 2]"));
  const auto plan = t::plan<t::Shape<2, 3>, t::Shape<2>>(runtime_init::xavier_uniform(), runtime_init::zeros());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->size(), 2u);
}

// All that the compiler says to a program that includes the files.
std::string said_to(const std::vector<std::filesystem::path>& files) {
  std::string program, text;
  for (const auto& f : files) program += "#include \"" + f.string() + "\"\n";
  const std::string command = "LC_ALL=C " PLUMBLINE_CXX " -std=c++20 -fsyntax-only -I" PLUMBLINE_SOURCE_DIR
                              " -x c++ - 2>&1 <<'END'\n" + program + "END\n";
  FILE* out = popen(command.c_str(), "r");
  std::array<char, 4096> part{};
  while (out != nullptr && fgets(part.data(), part.size(), out) != nullptr) text += part.data();
  EXPECT_NE(out == nullptr ? 0 : pclose(out), 0);
  return text;
}

// Each file says in its first lines what the compiler has to say; the compiler says it and names the file.
TEST(Typed, WhatDoesNotFitDoesNotCompile) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(PLUMBLINE_SOURCE_DIR "/tests/typed/must_not_compile"))
    files.push_back(entry.path());
  ASSERT_GE(files.size(), 33u);
  const std::string text = said_to(files);
  for (const auto& file : files) {
    EXPECT_TRUE(std::regex_search(text, std::regex(file.stem().string() + "[.]cpp:[0-9]+:[0-9]+:"))) << file;
    std::ifstream in(file);
    const std::string mark = "// expects: ";
    int expected = 0;
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with(mark)) continue;
      ++expected;
      EXPECT_NE(text.find(line.substr(mark.size())), std::string::npos) << file << ": " << line << '\n' << text;
    }
    EXPECT_GE(expected, 1) << file;
  }
}

}  // namespace
}  // namespace plumbline::runtime
