// `crosscheck check`: what it assumes, what it refuses to believe, and how it says so.
#include <cmath>
#include <nlohmann/json.hpp>

#include "crosscheck/sample/draw.h"
#include "spec/eval/exact.h"
#include "spec/num/round.h"
#include "tests/cli/program.h"

namespace plumbline::crosscheck {

using Json = nlohmann::json;

class Check : public Program {
 protected:
  static Values noise(const spec::Shape& shape, double factor) {
    return Values::generate(shape, [&](spec::Index i) {
      return static_cast<double>(static_cast<float>(std::fmod(static_cast<double>(i + 1) * factor, 3.1) - 1.5));
    });
  }

  // 16-bit elements as their bits.
  void write_bits(const std::string& name, const char* descr, const Values& values, const spec::Format& format) const {
    std::string bytes = print_npy(values, Dtype::f4);
    bytes.resize(bytes.size() - 4 * static_cast<std::size_t>(values.size()));
    bytes.replace(bytes.find("<f4"), 3, descr);
    for (double v : values.elements()) {
      const auto bits = spec::encode(spec::round_to_format(v, format), format);
      bytes += static_cast<char>(bits & 255);
      bytes += static_cast<char>(bits >> 8 & 255);
    }
    write(name, bytes);
  }

  void says(const Finished& f, int code, const char* words) const {
    EXPECT_EQ(f.code, code) << f.out << f.err;
    EXPECT_NE(f.out.find(words), std::string::npos) << f.out << f.err;
  }
};

// Frameworks compute in binary32 and round once: 16 bits of output are no licence to compute in 16 bits.
TEST_F(Check, SixteenBitsAreOfTheOutputOnly) {
  write("x.npy", noise({8, 512}, 2.718281828));
  ASSERT_EQ(crosscheck("eval softmax x.npy --out y.npy").code, 0);
  const Values y = read("y.npy");
  write_bits("right.npy", "<u2", y, spec::bfloat16);
  write_bits("zeros.npy", "<u2", Values::full(y.shape(), 0), spec::bfloat16);
  says(crosscheck("check softmax x.npy --got right.npy --claim format=bf16"), 0, "the default for bfloat16");
  says(crosscheck("check softmax x.npy --got zeros.npy --claim format=bf16"), 1, "nothing was computed");

  write("x.npy", noise({4, 768}, 2.718281828));
  ASSERT_EQ(crosscheck("eval layer_norm normalized_shape=768 x.npy --out y.npy").code, 0);
  const Values n = read("y.npy");
  write_bits("right.npy", "<f2", n, spec::binary16);
  write_bits("zeros.npy", "<f2", Values::full(n.shape(), 0), spec::binary16);
  says(crosscheck("check layer_norm normalized_shape=768 x.npy --got right.npy"), 0, "the default for binary16");
  says(crosscheck("check layer_norm normalized_shape=768 x.npy --got zeros.npy"), 1, "nothing was computed");
}

// The gradients of each op, as the exact ones correctly rounded: some are the cotangent itself, some zero.
TEST_F(Check, GradientsOfEveryOp) {
  const spec::Catalogue catalogue = spec::Catalogue::builtin();
  for (const spec::OpEntry* entry : catalogue.entries()) {
    if (!entry->has_vjp) continue;
    Wish wish;
    wish.cotangent = true, wish.most_elements = 600;
    auto c = draw_case(*entry, {7, "check", 0, 0}, wish);
    ASSERT_TRUE(c.has_value()) << entry->name;
    for (double& x : c->cotangent.mutable_elements()) x = x == 0 ? 0 : x;  // exact zeros have no sign
    write("op.graph", spec::print(c->graph));
    std::string words = "graph op.graph";
    for (std::size_t i = 0; i < c->data.size(); ++i) {
      write("x" + std::to_string(i) + ".npy", c->data[i], Dtype::f8);
      words += " x" + std::to_string(i) + ".npy";
    }
    write("ct.npy", c->cotangent, Dtype::f8);
    const auto grads = spec::exact_vjp(c->graph, c->data, c->cotangent);
    ASSERT_TRUE(grads.has_value()) << entry->name;
    for (std::size_t k = 0; k < grads->size(); ++k) {
      const std::string file = "g" + std::to_string(k) + ".npy";
      write(file, (*grads)[k].rounded, Dtype::f8);
      words += (k == 0 ? " --vjp ct.npy --got " : " --got ") + file;
    }
    const Finished f = crosscheck("check " + words);
    EXPECT_TRUE(f.code == 0 || f.code == 3) << entry->name << ": " << f.code << "\n" << f.out << f.err;
  }
}

TEST_F(Check, TheGradientThatIsTheCotangent) {
  write("x.npy", noise({2, 3}, 2.718281828));
  write("ct.npy", noise({2, 3}, 1.414213562));
  for (const char* op : {"add", "sub"}) {
    const std::string words = std::string(op) + " x.npy x.npy --vjp ct.npy --got ct.npy --got ct.npy";
    const Finished f = crosscheck("check " + words);
    EXPECT_EQ(f.code, op == std::string("add") ? 0 : 1) << f.out << f.err;
    EXPECT_NE(f.out.find("\n2 cases  12 elements"), std::string::npos) << f.out;
  }
}

TEST_F(Check, WhatCannotBeJudgedIsNamed) {
  write("x.npy", Values({3}, {1, 0x1p-149, 2}));
  write("y.npy", Values({3}, {1, 7, 0.5}));
  const Finished f = crosscheck("check reciprocal x.npy --got y.npy --claim operands=bf16 --claim subnormals=flushed");
  EXPECT_EQ(f.out.find("every element is within"), std::string::npos) << f.out;
  EXPECT_NE(f.out.find("1 of 3 elements could not be judged"), std::string::npos) << f.out;
  write("x.npy", Values({1}, {0x1p-149}));
  write("y.npy", Values({1}, {7}));
  const Finished none =
      crosscheck("check reciprocal x.npy --got y.npy --claim operands=bf16 --claim subnormals=flushed");
  EXPECT_EQ(none.code, 3) << none.out;
  EXPECT_EQ(none.out.find("nearest to its bound"), std::string::npos) << none.out;
  EXPECT_NE(none.out.find("1 of 1 elements could not be judged"), std::string::npos) << none.out;
}

TEST_F(Check, UlpsOfNothingAreNotShown) {
  write("x.npy", Values({2}, {0, 1}));
  write("y.npy", Values({2}, {0.5, 2}));
  const Finished f = crosscheck("check mul x.npy x.npy --got y.npy --json r.json");
  says(f, 1, "ratio inf   - ulps");
  EXPECT_TRUE(Json::parse(content(at("r.json"))).at("cells").at(0).at("max_ulp").is_number());
}

// An error far beyond what rounding gives, on data of two values: only the proven bound may judge it.
TEST_F(Check, StandingDownIsCounted) {
  const Values x = Values::generate({4096}, [](spec::Index i) { return i % 3 == 0 ? 0x1.99999ap-4 : 0x1.333334p-2; });
  write("x.npy", x);
  double sum = 0;
  for (double v : x.elements()) sum += v;
  write("y.npy", Values({}, {sum * (1 + 0x1p-13)}));
  says(crosscheck("check sum x.npy --got y.npy --json r.json"), 0, "1 pass only because the statistics of rounding");
  EXPECT_EQ(Json::parse(content(at("r.json"))).at("cells").at(0).at("stood_down_elements"), 1);
}

TEST_F(Check, ClaimsThatAllowAnythingAreBlamed) {
  write("x.npy", noise({4, 6}, 2.718281828));
  ASSERT_EQ(crosscheck("eval softmax x.npy --out y.npy --as cpu").code, 0);
  const Finished f = crosscheck("check softmax x.npy --got y.npy --claim exp=100000000");
  EXPECT_EQ(f.code, 3) << f.out;
  EXPECT_EQ(f.out.find("this data proves nothing"), std::string::npos) << f.out;
}

TEST_F(Check, PlacesOfGradientsAndSteps) {
  const Finished f =
      crosscheck("run --op conv2d --law backward --subject mutant:conv2d/grad_negated --cases 4 --json r.json");
  const Json report = Json::parse(content(at("r.json")));
  ASSERT_FALSE(report.at("findings").empty()) << f.out << f.err;
  for (const Json& finding : report.at("findings")) {
    const bool of_bias = finding.at("node").get<std::string>().find("= sum") != std::string::npos;
    const std::size_t axes = finding.at("element").size();  // 3 where there is no batch
    EXPECT_TRUE(of_bias ? axes == 1 : axes == 3 || axes == 4) << finding.dump(1);
  }
  const Finished model = crosscheck("model digits-mlp --steps 1 --json m.json");
  EXPECT_EQ(model.code, 0) << model.out << model.err;
  double seconds = 0;
  const Json audited = Json::parse(content(at("m.json")));
  for (const Json& cell : audited.at("cells")) seconds += cell.at("seconds").get<double>();
  EXPECT_GT(seconds, 0);
}

}  // namespace plumbline::crosscheck
