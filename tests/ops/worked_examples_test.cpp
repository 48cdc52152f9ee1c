// Worked examples of the ops, and what each constraint says when it is not met.
#include <gtest/gtest.h>

#include <cmath>

#include "spec/eval/interpret.h"
#include "spec/ops/index_data.h"
#include "spec/ops/shape/gather.h"
#include "tests/ops/examples.h"

namespace plumbline::spec {
namespace {

// The elements of the op's value, by the textbook.
Values value(const std::string& op, const Tensors<double>& in) {
  const auto y = op_of(op)->read(in, "");
  return {y.elements().begin(), y.elements().end()};
}

// The same by the op's default method, which follows limits.
Values limit(const std::string& text, const Tensors<double>& in) {
  const Op op = op_of(text);
  const auto y = op->read(in, default_method(op));
  return {y.elements().begin(), y.elements().end()};
}

// The cotangent of input `wrt`, the cotangent of the result being ct.
Values cotangent(const std::string& text, Tensors<double> in, std::size_t wrt, const Values& ct) {
  const Op op = op_of(text);
  Graph graph;
  Shapes shapes;
  std::vector<Var> vars;
  for (const auto& x : in) shapes.push_back(x.shape());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Index extent = op->index_extent(i, shapes);
    vars.push_back(extent < 0 ? graph.input(graph.unused("x"), shapes[i])
                              : graph.index_input(graph.unused("i"), shapes[i], extent));
  }
  const Var y = graph.apply(op, vars), seed = graph.input("ct", y.shape());
  in.push_back(tensor(y.shape(), ct));
  const NodeId id = vars[wrt].id();
  const NodeId wanted = append_grad(graph, y.id(), seed, std::span(&id, 1))[0].id();
  const auto values = interpret<double>(graph, in, std::span(&wanted, 1));
  const auto& dx = values[static_cast<std::size_t>(wanted)];
  return {dx.elements().begin(), dx.elements().end()};
}

TEST(WorkedExamples, Elementwise) {
  const auto x = tensor({3}, {-2, 0, 3});
  EXPECT_EQ(value("relu", {x}), (Values{0, 0, 3}));
  EXPECT_EQ(value("sign", {x}), (Values{-1, 0, 1}));
  EXPECT_EQ(value("square", {x}), (Values{4, 0, 9}));
  EXPECT_EQ(value("clamp min=-1 max=2", {x}), (Values{-1, 0, 2}));
  EXPECT_EQ(value("clamp max=2", {x}), (Values{-2, 0, 2}));
  EXPECT_EQ(value("pow_scalar exponent=3", {x}), (Values{-8, 0, 27}));
  EXPECT_EQ(value("where", {tensor({3}, {1, 0, 1}), x, tensor({}, {7})}), (Values{-2, 7, 3}));
  EXPECT_EQ(value("less_equal", {x, tensor({}, {0})}), (Values{1, 1, 0}));
  EXPECT_EQ(value("not_equal", {tensor({}, {nan}), tensor({}, {nan})}), (Values{1}));
  EXPECT_EQ(value("sigmoid", {tensor({}, {0})}), (Values{0.5}));
}

TEST(WorkedExamples, KinksAndTies) {
  const auto x = tensor({3}, {-2, 0, 3});
  const Values ct{1, 1, 1};
  EXPECT_EQ(cotangent("relu", {x}, 0, ct), (Values{0, 0, 1}));
  EXPECT_EQ(cotangent("abs", {x}, 0, ct), (Values{-1, 0, 1}));
  EXPECT_EQ(cotangent("clamp min=-2 max=1", {x}, 0, ct), (Values{0, 1, 0}));
  EXPECT_EQ(cotangent("maximum", {x, tensor({3}, {-3, 0, 4})}, 0, ct), (Values{1, 0.5, 0}));
  EXPECT_EQ(cotangent("minimum", {x, tensor({3}, {-3, 0, 4})}, 0, ct), (Values{0, 0.5, 1}));
  EXPECT_EQ(cotangent("max", {tensor({5}, {4, 1, 4, 4, 4})}, 0, {1}), (Values{0.25, 0, 0.25, 0.25, 0.25}));
  EXPECT_EQ(cotangent("max", {tensor({4}, {nan, 1, 9, nan})}, 0, {1}), (Values{0.5, 0, 0, 0.5}));
  EXPECT_EQ(cotangent("sqrt", {tensor({}, {0})}, 0, {1}), (Values{inf}));
}

TEST(WorkedExamples, LimitsAndNan) {
  EXPECT_EQ(limit("silu", {tensor({2}, {-inf, inf})}), (Values{0, inf}));
  EXPECT_EQ(limit("gelu", {tensor({2}, {-inf, inf})}), (Values{0, inf}));
  EXPECT_EQ(limit("gelu approximate=tanh", {tensor({2}, {-inf, inf})}), (Values{0, inf}));
  EXPECT_EQ(limit("gelu_grad", {tensor({2}, {-inf, inf}), tensor({2}, {1, 1})}), (Values{0, 1}));
  EXPECT_EQ(limit("gelu_grad approximate=tanh", {tensor({2}, {-1e200, 1e200}), tensor({2}, {1, 1})}), (Values{0, 1}));
  for (const char* op : {"relu", "clamp min=0", "max", "sign", "gelu", "silu"})
    EXPECT_TRUE(std::isnan(limit(op, {tensor({1}, {nan})})[0])) << op;
  const auto x = tensor({3}, {1, inf, -inf});
  EXPECT_EQ(op_of("softmax")->read(Tensors<double>{x}, "shifted")[1], 1.0);
  EXPECT_EQ(op_of("softmax")->read(Tensors<double>{x}, "shifted")[2], 0.0);
  EXPECT_TRUE(std::isnan(op_of("softmax")->read(Tensors<double>{tensor({2}, {inf, inf})}, "shifted")[0]));
  EXPECT_EQ(op_of("logsumexp")->read(Tensors<double>{x}, "shifted")[0], inf);
}

TEST(WorkedExamples, Reductions) {
  const auto x = tensor({2, 3}, {1, 2, 3, 4, 5, 9});
  EXPECT_EQ(value("sum axes=0", {x}), (Values{5, 7, 12}));
  EXPECT_EQ(value("mean axes=[-1]", {x}), (Values{2, 6}));
  EXPECT_EQ(value("max axes=1", {x}), (Values{3, 9}));
  EXPECT_EQ(value("sum", {tensor({0}, {})}), (Values{0}));
  EXPECT_TRUE(std::isnan(value("mean", {tensor({0}, {})})[0]));
  EXPECT_EQ(value("logsumexp", {tensor({1}, {2})}), (Values{2}));
  EXPECT_EQ(cotangent("mean axes=1", {x}, 0, {3, 6}), (Values{1, 1, 1, 2, 2, 2}));
}

TEST(WorkedExamples, ShapesAndIndices) {
  const auto x = tensor({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(value("permute", {x}), (Values{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(value("broadcast_to shape=[2,2]", {tensor({2, 1}, {1, 2})}), (Values{1, 1, 2, 2}));
  EXPECT_EQ(op_of("reshape shape=[3,-1]")->shape({{2, 3}}).value(), (Shape{3, 2}));
  EXPECT_EQ(value("concat axis=1", {x, tensor({2, 1}, {7, 8})}), (Values{1, 2, 3, 7, 4, 5, 6, 8}));
  EXPECT_EQ(value("slice axis=1 start=-2", {x}), (Values{2, 3, 5, 6}));
  EXPECT_EQ(value("slice axis=1 step=2", {x}), (Values{1, 3, 4, 6}));
  EXPECT_EQ(cotangent("slice axis=1 step=2", {x}, 0, {1, 2, 3, 4}), (Values{1, 0, 2, 3, 0, 4}));
  EXPECT_EQ(value("pad padding=[1,0,0,1] value=9", {x}), (Values{9, 9, 9, 9, 1, 2, 3, 9, 4, 5, 6, 9}));
  EXPECT_EQ(value("gather axis=1", {x, tensor({2, 2}, {2, 0, 1, 1})}), (Values{3, 1, 5, 5}));
  EXPECT_EQ(cotangent("gather axis=1", {x, tensor({2, 2}, {2, 0, 1, 1})}, 0, {1, 2, 3, 4}), (Values{2, 0, 1, 0, 7, 0}));
  EXPECT_EQ(value("embedding", {tensor({2}, {1, 1}), x}), (Values{4, 5, 6, 4, 5, 6}));
  EXPECT_EQ(cotangent("embedding", {tensor({2}, {1, 1}), x}, 1, {1, 2, 3, 4, 5, 6}), (Values{0, 0, 0, 5, 7, 9}));
  EXPECT_EQ(value("one_hot num_classes=3", {tensor({2}, {2, 0})}), (Values{0, 0, 1, 1, 0, 0}));
}

TEST(WorkedExamples, MatmulAsTorch) {
  const auto shape = [](const Shape& a, const Shape& b) { return op_of("matmul")->shape({a, b}).value(); };
  EXPECT_EQ(shape({3}, {3}), Shape{});
  EXPECT_EQ(shape({2, 3}, {3}), Shape{2});
  EXPECT_EQ(shape({3}, {3, 4}), Shape{4});
  EXPECT_EQ(shape({3}, {5, 3, 4}), (Shape{5, 4}));
  EXPECT_EQ(shape({7, 1, 2, 3}, {5, 3, 4}), (Shape{7, 5, 2, 4}));
  EXPECT_EQ(value("matmul", {tensor({2, 2}, {1, 2, 3, 4}), tensor({2}, {1, 10})}), (Values{21, 43}));
  EXPECT_EQ(value("matmul", {tensor({2, 0}, {}), tensor({0, 1}, {})}), (Values{0, 0}));
  EXPECT_EQ(value("linear", {tensor({2}, {1, 2}), tensor({1, 2}, {3, 4}), tensor({1}, {5})}), (Values{16}));
}

TEST(WorkedExamples, ConvolutionAndPooling) {
  const auto x = tensor({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6}), w = tensor({1, 1, 2, 2}, {1, 10, 100, 1000});
  EXPECT_EQ(value("conv2d", {x, w}), (Values{5421, 6532}));
  EXPECT_EQ(value("conv2d stride=2 padding=[1,0,0,0]", {x, w}), (Values{2100}));
  EXPECT_EQ(
      value("conv2d padding=1", {tensor({1, 1, 1, 1}, {1}), tensor({1, 1, 3, 3}, {inf, 0, 0, 0, 2, 0, 0, 0, nan})}),
      (Values{2}));
  EXPECT_EQ(cotangent("conv2d", {x, w}, 0, {1, 2}), (Values{1, 12, 20, 100, 1200, 2000}));
  EXPECT_EQ(cotangent("conv2d", {x, w}, 1, {1, 2}), (Values{5, 8, 14, 17}));
  const auto p = tensor({1, 1, 2, 4}, {1, 5, -1, -1, 5, 2, -1, -1});
  EXPECT_EQ(value("max_pool2d", {p}), (Values{5, -1}));
  EXPECT_EQ(cotangent("max_pool2d", {p}, 0, {7, 8}), (Values{0, 7, 8, 0, 0, 0, 0, 0}));
  EXPECT_EQ(value("max_pool2d padding=1", {tensor({1, 1, 1, 1}, {-3})}), (Values{-3}));
  EXPECT_TRUE(std::isnan(value("max_pool2d kernel=[1,2]", {tensor({1, 1, 1, 2}, {9, nan})})[0]));
  EXPECT_EQ(value("avg_pool2d", {p}), (Values{3.25, -1}));
  EXPECT_EQ(value("avg_pool2d padding=1", {tensor({1, 1, 1, 1}, {8})}), (Values{2}));
  EXPECT_EQ(value("avg_pool2d padding=1 count_include_pad=false", {tensor({1, 1, 1, 1}, {8})}), (Values{8}));
}

TEST(WorkedExamples, NormalisationAndLosses) {
  EXPECT_EQ(value("softmax", {tensor({2}, {3, 3})}), (Values{0.5, 0.5}));
  EXPECT_EQ(value("layer_norm eps=0", {tensor({2, 2}, {1, 3, -5, 5})}), (Values{-1, 1, -1, 1}));
  const auto affine = Tensors<double>{tensor({2}, {1, 3}), tensor({2}, {2, 2}), tensor({2}, {10, 10})};
  EXPECT_EQ(value("layer_norm eps=0 normalized_shape=2", affine), (Values{8, 12}));
  EXPECT_EQ(value("layer_norm", {tensor({3}, {4, 4, 4})}), (Values{0, 0, 0}));
  EXPECT_EQ(value("mse", {tensor({2}, {1, 5}), tensor({2}, {0, 2})}), (Values{5}));
  EXPECT_EQ(value("mse reduction=none", {tensor({2}, {1, 5}), tensor({2}, {0, 2})}), (Values{1, 9}));
  const auto logits = tensor({2, 1}, {3, 4}), labels = tensor({2}, {0, 0});
  EXPECT_EQ(value("cross_entropy", {logits, tensor({2, 1}, {1, 1})}), (Values{0}));
  EXPECT_EQ(value("cross_entropy_index", {logits, labels}), (Values{0}));
  EXPECT_EQ(value("cross_entropy_index ignore_index=0", {logits, labels}), (Values{0}));
  EXPECT_EQ(cotangent("cross_entropy_index ignore_index=0", {logits, labels}, 0, {1}), (Values{0, 0}));
}

// A label that is ignored lies outside the classes, as −100, and counts for nothing.
TEST(WorkedExamples, IgnoredLabels) {
  const Tensors<double> in{tensor({3, 2}, {0, 0, 5, 9, 0, 0}), tensor({3}, {1, -100, 0})};
  const Values loss = value("cross_entropy_index reduction=none", in);
  EXPECT_EQ(loss[0], loss[2]);
  EXPECT_EQ(loss[1], 0);
  EXPECT_EQ(value("cross_entropy_index", in), (Values{loss[0]}));
  EXPECT_EQ(cotangent("cross_entropy_index", in, 0, {1}), (Values{0.25, -0.25, 0, 0, -0.25, 0.25}));
  const Graph graph = value_or_throw(graph_of(op_of("cross_entropy_index"), {{3, 2}, {3}}));
  EXPECT_TRUE(check_data(graph, in));
  EXPECT_FALSE(check_data(graph, {in[0], tensor({3}, {1, -1, 0})}));
  EXPECT_FALSE(check_data(graph, {in[0], tensor({3}, {1, -100.5, 0})}));
  const Graph gather = value_or_throw(graph_of(op_of("gather axis=1"), {{3, 2}, {3, 1}}));
  EXPECT_FALSE(check_data(gather, {in[0], tensor({3, 1}, {1, -100, 0})}));
}

// At x = 0 ≤ y the derivative of x^y along y is 0, as PyTorch's; x^0 has none along x.
TEST(WorkedExamples, PowAtZero) {
  const Tensors<double> in{tensor({5}, {0, 0, 0, -2, 4}), tensor({5}, {2, 0, 1, 3, 0.5})};
  const Values ct{1, 1, 1, 1, 1};
  EXPECT_EQ(value("pow", in), (Values{0, 1, 0, -8, 2}));
  EXPECT_EQ(cotangent("pow", in, 0, ct), (Values{0, 0, 1, 12, 0.25}));
  const Values dy = cotangent("pow", in, 1, ct);
  EXPECT_EQ(Values(dy.begin(), dy.begin() + 3), (Values{0, 0, 0}));
  EXPECT_TRUE(std::isnan(dy[3]));
  EXPECT_EQ(dy[4], 2 * std::log(4));
}

TEST(WorkedExamples, DropoutMask) {
  const auto x = Tensor<double>::full({1000}, 1.0);
  const Values y = value("dropout p=0.5 seed=3 path=a step=1", {x});
  EXPECT_EQ(y, value("dropout p=0.5 seed=3 path=a step=1", {x}));
  EXPECT_NE(y, value("dropout p=0.5 seed=3 path=a step=2", {x}));
  EXPECT_NE(y, value("dropout p=0.5 seed=3 path=b step=1", {x}));
  EXPECT_NE(y, value("dropout p=0.5 seed=4 path=a step=1", {x}));
  for (double v : y) EXPECT_TRUE(v == 0 || v == 2);
  EXPECT_EQ(value("dropout p=1", {tensor({1}, {nan})}), (Values{0}));
  EXPECT_EQ(value("dropout p=0.5 training=false", {tensor({1}, {3})}), (Values{3}));
}

TEST(Refusals, NameTheConstraint) {
  const struct {
    const char* op;
    Shapes in;
    const char* message;
  } cases[] = {
      {"matmul", {{2, 3}, {4, 5}}, "[matmul] inner dims differ: 3 vs 4 [matmul C2]"},
      {"matmul", {{}, {3}}, "[matmul] operands need an axis: [] vs [3] [matmul C1]"},
      {"matmul", {{2, 2, 3}, {4, 3, 5}}, "[matmul] batch shapes do not broadcast: [2] vs [4] [matmul C3]"},
      {"matmul", {{2}}, "[matmul] expects 2 inputs, got 1 [matmul C0]"},
      {"add", {{2}, {3}}, "[add] shapes do not broadcast: [2] vs [3] [add C1]"},
      {"relu_grad", {{2}, {3}}, "[relu_grad] shapes differ: [2] vs [3] [relu_grad C1]"},
      {"clamp min=2 max=1", {{2}}, "[clamp] min exceeds max: 2 vs 1 [clamp C1]"},
      {"gelu approximate=fast", {{2}}, "[gelu] approximate is none or tanh, got fast [gelu C1]"},
      {"dropout p=2", {{2}}, "[dropout] p is not a probability: 2 [dropout C1]"},
      {"sum axes=[0,-2]", {{2, 3}}, "[sum] axis -2 is repeated [sum C1]"},
      {"max axes=1", {{2, 0}}, "[max] nothing to reduce: the extent is 0 in [2, 0] [max C2]"},
      {"softmax axis=2", {{2, 3}}, "[softmax] axis 2 is out of range for rank 2 [softmax C1]"},
      {"reshape shape=[4]", {{2, 3}}, "[reshape] size differs: [4] vs [2, 3] [reshape C4]"},
      {"broadcast_to shape=[4]", {{3}}, "[broadcast_to] shape does not broadcast: [3] vs [4] [broadcast_to C2]"},
      {"concat", {{2, 3}, {2, 4}}, "[concat] shapes differ beyond axis 0: [2, 3] vs [2, 4] [concat C2]"},
      {"slice step=0", {{3}}, "[slice] step is not positive: 0 [slice C2]"},
      {"pad padding=[1,2,3]", {{3}}, "[pad] padding has 3 entries, expected 1 or 2 [pad C1]"},
      {"gather", {{3}, {2, 2}}, "[gather] ranks differ: [3] vs index [2, 2] [gather C2]"},
      {"linear", {{2, 3}, {4, 5}}, "[linear] inner dims differ: 3 vs 5 [linear C3]"},
      {"conv2d groups=2",
       {{1, 3, 4, 4}, {2, 1, 1, 1}},
       "[conv2d] groups do not divide the channels: 2 vs 3 in and 2 out [conv2d C3]"},
      {"conv2d",
       {{1, 1, 2, 2}, {1, 1, 3, 3}},
       "[conv2d] window does not fit: kernel 3, dilation 1 over 2 padded by 0 and 0 [conv2d C5]"},
      {"max_pool2d padding=2",
       {{1, 1, 4, 4}},
       "[max_pool2d] a window may hold only padding: kernel 2, dilation 1, padding 2 and 2 over 4 [max_pool2d C4]"},
      {"layer_norm normalized_shape=4",
       {{2, 3}},
       "[layer_norm] x does not end in normalized_shape: [2, 3] vs [4] [layer_norm C3]"},
      {"mse reduction=max", {{2}, {2}}, "[mse] reduction is none, mean or sum, got max [mse C2]"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.op, c.in), c.message);
}

TEST(Refusals, HostileNumbers) {
  const std::string huge = "9223372036854775807", low = "-9223372036854775808";
  for (const std::string& n : {huge, low}) {
    EXPECT_NE(refusal("conv2d stride=" + n + " padding=" + n + " dilation=" + n, {{1, 1, 4, 4}, {1, 1, 2, 2}})
                  .find("conv2d C5"),
              std::string::npos);
    EXPECT_NE(refusal("conv2d groups=" + n, {{1, 1, 4, 4}, {1, 1, 2, 2}}).find("conv2d C3"), std::string::npos);
    EXPECT_NE(refusal("max_pool2d kernel=" + n, {{1, 1, 4, 4}}).find("max_pool2d C3"), std::string::npos);
    EXPECT_NE(refusal("pad padding=" + n, {{4}}).find("pad C2"), std::string::npos);
    EXPECT_NE(refusal("one_hot num_classes=" + n, {{4}}).find("one_hot C1"), std::string::npos);
    EXPECT_NE(refusal("softmax axis=" + n, {{4}}).find("softmax C1"), std::string::npos);
    EXPECT_NE(refusal("full shape=[0," + n + "," + n + "]", {}).find("full C1"), std::string::npos);
    EXPECT_NE(refusal("slice_grad extent=" + n, {{4}}).find("slice_grad C"), std::string::npos);
  }
  EXPECT_EQ(op_of("slice start=" + low + " stop=" + huge + " step=" + huge)->shape({{4}}).value(), Shape{1});
}

TEST(Refusals, IndicesAreData) {
  const Gather gather{1};
  const Values values{0, 7};
  const auto checked = check_indices(gather, 1, {{2, 5}, {2, 1}}, std::span(values));
  ASSERT_FALSE(checked);
  EXPECT_STREQ(checked.error().what(), "[gather] index 7 is out of range for axis 1 with extent 5 [gather C4]");
  EXPECT_THROW(value("embedding", {tensor({1}, {2}), tensor({2, 1}, {0, 0})}), Error);
  EXPECT_THROW(value("embedding", {tensor({1}, {0.5}), tensor({2, 1}, {0, 0})}), Error);
  EXPECT_THROW(value("one_hot num_classes=2", {tensor({1}, {-1})}), Error);
}

}  // namespace
}  // namespace plumbline::spec
