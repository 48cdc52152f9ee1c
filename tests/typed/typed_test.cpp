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
  EXPECT_EQ(*model.dynamic().output_shape(Model::input_shape::value()), Model::output_shape::value());
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
  ASSERT_GE(files.size(), 10u);
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
