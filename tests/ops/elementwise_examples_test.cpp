// Worked examples of the elementwise ops: values, kinks, limits, and what they refuse.
#include <gtest/gtest.h>

#include <cmath>

#include "spec/eval/interpret.h"
#include "tests/ops/examples.h"

namespace plumbline::spec {
namespace {

Tensor<double> vector(const Values& data) { return {Shape{static_cast<Index>(data.size())}, data}; }

// By the op's default method.
Values value(const std::string& text, const std::vector<Values>& in) {
  const Op op = op_of(text);
  Tensors<double> tensors;
  for (const Values& x : in) tensors.push_back(vector(x));
  const auto y = op->read(tensors, default_method(op));
  return {y.elements().begin(), y.elements().end()};
}

// The cotangent of input `wrt`, where those of all results are 1.
Values slope(const std::string& text, const std::vector<Values>& in, std::size_t wrt = 0) {
  Graph graph;
  std::vector<Var> vars;
  Tensors<double> data;
  for (const Values& x : in) {
    vars.push_back(graph.input(graph.unused("x"), vector(x).shape()));
    data.push_back(vector(x));
  }
  const Var y = graph.apply(op_of(text), vars), seed = graph.input("ct", y.shape());
  data.push_back(Tensor<double>::full(y.shape(), 1));
  const NodeId id = vars[wrt].id();
  const NodeId wanted[] = {append_grad(graph, y.id(), seed, std::span(&id, 1))[0].id()};
  const auto g = interpret<double>(graph, data, wanted)[static_cast<std::size_t>(wanted[0])];
  return {g.elements().begin(), g.elements().end()};
}

TEST(ElementwiseExamples, Values) {
  EXPECT_EQ(value("cbrt", {{-8, 0, 64}}), (Values{-2, 0, 4}));
  EXPECT_EQ(value("exp2", {{-1, 0, 10}}), (Values{0.5, 1, 1024}));
  EXPECT_EQ(value("log2", {{0.125, 1, 1024}}), (Values{-3, 0, 10}));
  EXPECT_EQ(value("rsqrt", {{4, 0.25}}), (Values{0.5, 2}));
  EXPECT_EQ(value("leaky_relu negative_slope=0.25", {{-4, 0, 2}}), (Values{-1, 0, 2}));
  EXPECT_EQ(value("softplus threshold=3", {{3.5, 100}}), (Values{3.5, 100}));
  EXPECT_EQ(value("softplus beta=2 threshold=6", {{3.5}}), (Values{3.5}));
  EXPECT_EQ(value("hardtanh min_val=-2 max_val=0.5", {{-3, -1, 3}}), (Values{-2, -1, 0.5}));
  EXPECT_EQ(value("hardswish", {{-4, -3, 0, 3, 4}}), (Values{0, 0, 0, 3, 4}));
  EXPECT_EQ(value("hardsigmoid", {{-4, 0, 4}}), (Values{0, 0.5, 1}));
  EXPECT_EQ(value("round", {{0.5, 1.5, 2.5, -0.5, -1.5}}), (Values{0, 2, 2, 0, -2}));
  EXPECT_EQ(value("round decimals=-1", {{15, 25, -7}}), (Values{20, 20, -10}));
  EXPECT_EQ(value("trunc", {{-1.5, 1.5}}), (Values{-1, 1}));
  EXPECT_EQ(value("ceil", {{-1.5, 1.5}}), (Values{-1, 2}));
  EXPECT_EQ(value("remainder", {{5, -5, 5, -5, 6}, {3, 3, -3, -3, -3}}), (Values{2, 1, -1, -2, 0}));
  EXPECT_EQ(value("lerp", {{1, 2}, {3, 6}, {0.25, 1.5}}), (Values{1.5, 8}));
  EXPECT_EQ(value("logical_and", {{0, 1, nan, -0.0}, {1, 2, 1, nan}}), (Values{0, 1, 1, 0}));
  EXPECT_EQ(value("logical_or", {{0, 0, nan, 3}, {0, 2, 0, 0}}), (Values{0, 1, 1, 1}));
  EXPECT_EQ(value("logical_not", {{0, -0.0, 0.5, nan}}), (Values{1, 1, 0, 0}));
}

TEST(ElementwiseExamples, AnglesOfAllOctants) {
  const double eighth = std::atan(1.0);
  const Values y{0, 1, 1, 1, 0, -1, -1, -1}, x{1, 1, 0, -1, -1, -1, 0, 1}, turns{0, 1, 2, 3, 4, -3, -2, -1};
  const Values angles = value("atan2", {y, x});
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_EQ(angles[i], turns[i] * eighth) << i;
  EXPECT_EQ(value("atan2", {{0, inf, inf}, {0, inf, -inf}}), (Values{0, eighth, 3 * eighth}));
  EXPECT_EQ(slope("atan2", {{0, 2}, {0, 0}}, 0), (Values{0, 0}));
  EXPECT_EQ(slope("atan2", {{0, 2}, {0, 0}}, 1), (Values{0, -0.5}));
}

TEST(ElementwiseExamples, Kinks) {
  EXPECT_EQ(slope("safe_sqrt", {{0, 4}}), (Values{0, 0.25}));
  EXPECT_EQ(slope("leaky_relu negative_slope=0.25", {{-1, 0, 1}}), (Values{0.25, 0.25, 1}));
  EXPECT_EQ(slope("elu alpha=2", {{0, 1}}), (Values{2, 1}));
  EXPECT_EQ(slope("celu alpha=2", {{0, 1}}), (Values{1, 1}));
  EXPECT_EQ(slope("relu6", {{-1, 0, 1, 6, 7}}), (Values{0, 0, 1, 0, 0}));
  EXPECT_EQ(slope("hardtanh", {{-1, 0, 1}}), (Values{0, 1, 0}));
  EXPECT_EQ(slope("hardsigmoid", {{-3, 3}}), (Values{0, 0}));
  EXPECT_EQ(slope("hardswish", {{-3, 0, 3}}), (Values{0, 0.5, 1}));
  EXPECT_EQ(slope("softsign", {{0, 1, -3}}), (Values{1, 0.25, 0.0625}));
  for (const char* step : {"floor", "ceil", "round", "trunc", "detach", "sign"})
    EXPECT_EQ(slope(step, {{-0.5, 0, 3.5}}), (Values{0, 0, 0})) << step;
  EXPECT_EQ(slope("remainder", {{7, -7}, {2, 2}}, 1), (Values{-3, 4}));
}

TEST(ElementwiseExamples, LimitsAndNan) {
  EXPECT_EQ(value("mish", {{-inf, inf}}), (Values{0, inf}));
  EXPECT_EQ(value("softsign", {{-inf, inf}}), (Values{-1, 1}));
  EXPECT_EQ(value("hardswish", {{-inf, inf}}), (Values{0, inf}));
  EXPECT_EQ(value("log_sigmoid", {{-inf, inf, -1e6}}), (Values{-inf, 0, -1e6}));
  EXPECT_EQ(value("leaky_relu negative_slope=0", {{-inf}}), (Values{0}));
  EXPECT_EQ(value("smooth_abs", {{-inf, 1e300}}), (Values{inf, 1e300}));
  EXPECT_EQ(value("remainder", {{1, -1}, {inf, inf}}), (Values{1, inf}));
  for (const char* op : {"relu6", "hardtanh", "hardswish", "hardsigmoid", "leaky_relu", "elu", "softplus threshold=1",
                         "mish", "round", "trunc", "smooth_abs"})
    EXPECT_TRUE(std::isnan(value(op, {{nan}})[0])) << op;
}

TEST(ElementwiseExamples, Refusals) {
  EXPECT_EQ(refusal("leaky_relu negative_slope=inf", {{2}}),
            "[leaky_relu] negative_slope is not finite: inf [leaky_relu C1]");
  EXPECT_EQ(refusal("celu alpha=0", {{2}}), "[celu] alpha is not positive and finite: 0 [celu C1]");
  EXPECT_EQ(refusal("elu alpha=nan", {{2}}), "[elu] alpha is not finite: nan [elu C1]");
  EXPECT_EQ(refusal("softplus beta=0", {{2}}), "[softplus] beta is zero or not finite: 0 [softplus C1]");
  EXPECT_EQ(refusal("softplus threshold=-inf", {{2}}),
            "[softplus] threshold is neither finite nor +inf: -inf [softplus C2]");
  EXPECT_EQ(refusal("safe_log eps=0", {{2}}), "[safe_log] eps is not positive and finite: 0 [safe_log C1]");
  EXPECT_EQ(refusal("smooth_abs eps=-1", {{2}}), "[smooth_abs] eps is not positive and finite: -1 [smooth_abs C1]");
  EXPECT_EQ(refusal("hardtanh min_val=2", {{2}}), "[hardtanh] min_val exceeds max_val: 2 vs 1 [hardtanh C1]");
  EXPECT_EQ(refusal("round decimals=9223372036854775807", {{2}}),
            "[round] decimals is 9223372036854775807, outside [-18, 18] [round C1]");
  EXPECT_EQ(refusal("atan2", {{2}, {3}}), "[atan2] shapes do not broadcast: [2] vs [3] [atan2 C1]");
  EXPECT_EQ(refusal("mish_grad", {{2}, {3}}), "[mish_grad] shapes differ: [2] vs [3] [mish_grad C1]");
}

}  // namespace
}  // namespace plumbline::spec
