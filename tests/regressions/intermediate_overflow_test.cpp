// Means, deviations, norms and normalisations of numbers whose sums or squares leave the format were infinite, 0 or
// NaN, and the bound allowed it. What leaves the format is computed again in a wider one: the exact result is finite.
#include <gtest/gtest.h>

#include <cmath>

#include "crosscheck/judge/judge.h"
#include "crosscheck/subjects/subject.h"
#include "tests/ops/examples.h"

namespace plumbline::crosscheck {
namespace {

using Numbers = std::vector<double>;
using spec::Shape;

Values values(Shape shape, const Numbers& x) { return Values(std::move(shape), x); }

struct Run {
  spec::Graph graph;
  spec::NodeId node;
  spec::Claims claims;
  Values got;
};

Run run(const std::string& text, const std::vector<Values>& in, const spec::Format& format) {
  Run r;
  std::vector<spec::NodeId> leaves;
  for (std::size_t i = 0; i < in.size(); ++i)
    leaves.push_back(r.graph.input(spec::concat("x", i), in[i].shape()).id());
  r.node = spec::value_or_throw(r.graph.try_apply(spec::op_of(text), leaves));
  const auto subject = cpu_subject(format);
  r.claims = subject->kernel(r.graph, r.node).claims;
  r.got = spec::value_or_throw(subject->run(r.graph, in, {r.node}, {})).values[0];
  return r;
}

// With a = 2^120 in float32 and 2^1000 in float64, whose squares overflow; or their inverses, whose squares vanish.
struct Known {
  std::string op;
  std::vector<Shape> shapes;
  std::vector<Numbers> in;  // multiples of a, the first of them
  double degree;            // of the result in a
  Numbers out;              // multiples of a^degree
};

std::vector<Known> known() {
  const Numbers ones{1, 1}, pair{1, -1}, four{1, -1, -1, 1};
  return {
      {"mean", {{4}}, {{3, 3, 3, 3}}, 1, {3}},
      {"mean axes=[0]", {{2, 2}}, {{1, 2, 1, 2}}, 1, {1, 2}},
      {"std correction=0", {{4}}, {four}, 1, {1}},
      {"norm", {{4}}, {four}, 1, {2}},
      {"l2_normalize axis=0 eps=0", {{4}}, {four}, 0, {0.5, -0.5, -0.5, 0.5}},
      {"layer_norm eps=0", {{2, 2}}, {four}, 0, four},
      {"layer_norm eps=0", {{1, 2}, {2}, {2}}, {pair, {3, 5}, {1, 1}}, 0, {4, -4}},
      {"rms_norm eps=0", {{4}}, {four}, 0, four},
      {"group_norm num_groups=1 eps=0", {{1, 2, 2}}, {four}, 0, four},
      {"instance_norm eps=0", {{1, 2, 2}}, {four}, 0, four},
      {"batch_norm eps=0", {{2, 2}}, {{1, 1, -1, -1}}, 0, {1, 1, -1, -1}},
      {"avg_pool2d kernel=[2,2]", {{1, 1, 2, 2}}, {{3, 3, 3, 3}}, 1, {3}},
      {"adaptive_avg_pool2d output_size=[1,1]", {{1, 1, 2, 2}}, {{3, 3, 3, 3}}, 1, {3}},
      {"global_avg_pool2d", {{1, 1, 2, 2}}, {{3, 3, 3, 3}}, 1, {3}},
      {"cosine_similarity axis=0 eps=1e-305", {{4}, {4}}, {four, four}, 0, {1}},
      {"mse reduction=mean", {{2}, {2}}, {ones, ones}, 1, {0}},
  };
}

void expect_known(const spec::Format& format, int exponent) {
  for (const Known& k : known()) {
    std::vector<Values> in;
    for (std::size_t i = 0; i < k.in.size(); ++i) {
      Numbers x = k.in[i];
      const bool data = i == 0 || k.in.size() == 2;  // weights and biases are what they are
      for (double& v : x) v = std::ldexp(v, data ? exponent : 0);
      in.push_back(values(k.shapes[i], x));
    }
    const Values got = run(k.op, in, format).got;
    ASSERT_EQ(static_cast<std::size_t>(got.size()), k.out.size()) << k.op;
    for (std::size_t i = 0; i < k.out.size(); ++i)
      EXPECT_EQ(got.elements()[i], std::ldexp(k.out[i], static_cast<int>(k.degree) * exponent))
          << k.op << " of 2^" << exponent << " in " << format.name;
  }
}

TEST(IntermediateOverflow, LargeNumbersHaveMeansAndNorms) {
  expect_known(spec::binary32, 120);
  expect_known(spec::binary64, 1000);
}

TEST(IntermediateOverflow, SquaresOfTinyNumbersDoNotVanish) {
  expect_known(spec::binary32, -120);
  expect_known(spec::binary64, -1000);
}

// Every element has a bound, and is within it.
void expect_judged(const std::string& op, const std::vector<Values>& in) {
  const Run r = run(op, in, spec::binary32);
  JudgeOptions options;
  options.vacuity = false;
  const Judgement j = judge_op(spec::op_of(op), in, r.got, r.claims, options);
  EXPECT_EQ(j.verdict, Verdict::pass) << op << ": " << j.note;
  EXPECT_EQ(j.unjudged, 0) << op;
}

const Numbers large{0x1.8p127, 0x1.fp127, -0x1.1p126, 0x1.7p127, 0x1.9p125, -0x1.cp127, 0x1p60, 0x1.ep127};

TEST(IntermediateOverflow, SumsAndMeansAreJudged) {
  const Values row = values({8}, large), map = values({1, 1, 2, 4}, large), columns = values({4, 2}, large);
  for (const char* op : {"mean", "std", "std correction=0", "norm", "l2_normalize axis=0", "layer_norm", "rms_norm"})
    expect_judged(op, {row});
  expect_judged("mean axes=[0]", {columns});
  expect_judged("avg_pool2d kernel=[2,2] stride=[1,1]", {map});
  expect_judged("avg_pool2d kernel=[2,2] padding=[1,1] count_include_pad=false", {map});
  expect_judged("global_avg_pool2d", {map});
  expect_judged("moving_sum axis=0 before=0 after=0", {row});
  // A finite sum of numbers whose partial sums are not.
  expect_judged("sum", {values({4}, {0x1.8p127, 0x1.8p127, -0x1.8p127, -0x1p127})});
}

TEST(IntermediateOverflow, NormalisationsAreJudged) {
  const Values x = values({2, 2, 2}, large), w = values({2}, {0x1.8p3, -0x1.4p100}), b = values({2}, {0x1p-3, 0x1p99});
  const Values flat = values({4, 2}, large);
  expect_judged("batch_norm", {flat});
  expect_judged("batch_norm", {x, w, b});
  expect_judged("group_norm num_groups=2", {x, w, b});
  expect_judged("instance_norm", {x, w, b});
  expect_judged("layer_norm", {flat, w, b});
  expect_judged("rms_norm", {flat, w});
  expect_judged("local_response_norm size=3", {x});
  const Values mean = values({2}, {-0x1.8p127, 0x1p100}), var = values({2}, {0x1p120, 0x1.8p127});
  expect_judged("batch_norm training=false", {flat, mean, var, w, b});
  expect_judged("batch_norm_running_mean", {flat, mean});
  const Values moderate = values({4, 2}, {0x1p62, 0x1p63, -0x1p62, -0x1p63, 0x1p61, 0x1.8p62, 0, 0x1p63});
  expect_judged("batch_norm_running_var", {moderate, var});
}

TEST(IntermediateOverflow, GradientsAreJudged) {
  const Numbers wild{0x1.8p127, 0x1p127, 0x1.cp127, -0x1p127, 0x1.4p127, 1, 0, 2};
  const Values x = values({4, 2}, large), g = values({4, 2}, wild);
  for (const char* op : {"layer_norm_grad", "rms_norm_grad", "batch_norm_grad"}) expect_judged(op, {x, g});
  expect_judged("layer_norm_grad", {values({4, 2}, {1, 2, 3, 5, 7, 11, 13, 17}), g});
}

}  // namespace
}  // namespace plumbline::crosscheck
