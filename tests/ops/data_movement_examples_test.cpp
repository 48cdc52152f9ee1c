// Worked examples of reductions, scans, sorting and movement of data, and what their constraints say.
#include <gtest/gtest.h>

#include <cmath>

#include "spec/eval/interpret.h"
#include "tests/ops/examples.h"

namespace plumbline::spec {
namespace {

using Numbers = std::vector<double>;
using Rows = Tensors<double>;

Tensor<double> row(Numbers x) {
  const auto n = static_cast<Index>(x.size());
  return Tensor<double>(Shape{n}, std::move(x));
}
Tensor<double> matrix(Index rows, Index columns, Numbers x) {
  return Tensor<double>(Shape{rows, columns}, std::move(x));
}
Tensor<double> counting(Index rows, Index columns) {
  return Tensor<double>::generate(Shape{rows, columns}, [](Index i) { return static_cast<double>(i); });
}

Numbers value(const std::string& op, const Rows& in) {
  const auto y = op_of(op)->read(in, "");
  return {y.elements().begin(), y.elements().end()};
}

// The cotangent of input 0 for a cotangent of ones, or ct.
Numbers slope(const std::string& text, Rows in, Numbers ct = {}) {
  const Op op = op_of(text);
  Graph graph;
  Shapes shapes;
  std::vector<Var> vars;
  for (const auto& x : in) shapes.push_back(x.shape());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Index extent = op->index_extent(i, shapes);
    vars.push_back(extent < 0 ? graph.input("x", shapes[i]) : graph.index_input("i", shapes[i], extent));
  }
  const Var y = graph.apply(op, vars), seed = graph.input("ct", y.shape());
  ct.resize(static_cast<std::size_t>(y.shape().size()), 1);
  in.emplace_back(y.shape(), ct);
  const NodeId id = vars[0].id();
  const NodeId wanted = append_grad(graph, y.id(), seed, std::span(&id, 1))[0].id();
  const auto values = interpret<double>(graph, in, std::span(&wanted, 1));
  const auto& dx = values[static_cast<std::size_t>(wanted)];
  return {dx.elements().begin(), dx.elements().end()};
}

Shape shape_of(const std::string& op, const Shapes& in) { return value_or_throw(op_of(op)->shape(in)); }
TEST(DataMovement, Reductions) {
  const auto x = matrix(2, 3, {1, -2, 3, 4, 5, 0});
  EXPECT_EQ(value("prod axes=1", {x}), (Numbers{-6, 0}));
  EXPECT_EQ(value("min", {x}), (Numbers{-2}));
  EXPECT_EQ(value("argmax axis=1", {x}), (Numbers{2, 1}));
  EXPECT_EQ(value("argmin", {x}), (Numbers{1}));
  EXPECT_EQ(value("argmax", {row({3, 7, 7})}), (Numbers{1}));
  EXPECT_EQ(value("argmax", {row({3, nan, 7})}), (Numbers{1}));
  EXPECT_EQ(value("var axes=1", {matrix(1, 3, {1, 2, 3})}), (Numbers{1}));
  EXPECT_EQ(value("var correction=0", {row({1, 3})}), (Numbers{1}));
  EXPECT_EQ(value("std correction=0", {row({1, 5})}), (Numbers{2}));
  EXPECT_TRUE(std::isnan(value("var", {row({1})})[0]));
  EXPECT_EQ(value("norm", {row({3, -4})}), (Numbers{5}));
  EXPECT_EQ(value("norm p=1", {row({3, -4})}), (Numbers{7}));
  EXPECT_EQ(value("norm p=inf", {row({3, -4})}), (Numbers{4}));
  EXPECT_EQ(value("norm p=-inf", {row({3, -4})}), (Numbers{3}));
  EXPECT_EQ(value("norm p=0", {row({3, 0, -4})}), (Numbers{2}));
  EXPECT_EQ(value("any axes=1", {matrix(2, 2, {0, 0, 0, -1})}), (Numbers{0, 1}));
  EXPECT_EQ(value("all axes=1", {matrix(2, 2, {1, 0, 2, nan})}), (Numbers{0, 1}));
  EXPECT_EQ(value("median", {row({4, 1, 3, 2})}), (Numbers{2}));
  EXPECT_TRUE(std::isnan(value("median", {row({4, nan, 3})})[0]));
}

TEST(DataMovement, EmptyExtents) {
  EXPECT_EQ(value("prod", {row({})}), (Numbers{1}));
  EXPECT_EQ(value("any", {row({})}), (Numbers{0}));
  EXPECT_EQ(value("all", {row({})}), (Numbers{1}));
  EXPECT_EQ(value("norm", {row({})}), (Numbers{0}));
  EXPECT_TRUE(std::isnan(value("var correction=0", {row({})})[0]));
  for (const char* op : {"min", "argmax", "argmin", "median", "norm p=inf", "norm p=-inf"})
    EXPECT_NE(refusal(op, {{0}}).find("nothing to reduce"), std::string::npos) << op;
}

TEST(DataMovement, ProductsWithZerosHaveGradients) {
  EXPECT_EQ(slope("prod", {row({2, 3, 4})}), (Numbers{12, 8, 6}));
  EXPECT_EQ(slope("prod", {row({2, 0, 4})}), (Numbers{0, 8, 0}));
  EXPECT_EQ(slope("prod", {row({0, 0, 4})}), (Numbers{0, 0, 0}));
  EXPECT_EQ(slope("cumprod", {row({2, 0, 4})}), (Numbers{1, 10, 0}));
  EXPECT_EQ(slope("cumprod exclusive=true reverse=true", {row({5, 2, 3})}), (Numbers{0, 3, 3}));
}

TEST(DataMovement, KinksOfReductions) {
  EXPECT_EQ(slope("min", {row({1, 5, 1})}), (Numbers{0.5, 0, 0.5}));
  EXPECT_EQ(slope("std", {row({2, 2})}), (Numbers{0, 0}));
  EXPECT_EQ(slope("norm", {row({0, 0})}), (Numbers{0, 0}));
  EXPECT_EQ(slope("norm p=inf", {row({-4, 4, 1})}), (Numbers{-0.5, 0.5, 0}));
  EXPECT_EQ(slope("norm p=-inf", {row({-1, 4, 1})}), (Numbers{-0.5, 0, 0.5}));
  EXPECT_EQ(slope("norm p=0", {row({-4, 0, 1})}), (Numbers{0, 0, 0}));
  EXPECT_EQ(slope("norm p=1", {row({-4, 0, 1})}), (Numbers{-1, 0, 1}));
  EXPECT_EQ(slope("median", {row({4, 1, 3, 2})}), (Numbers{0, 0, 0, 1}));
}

TEST(DataMovement, Scans) {
  EXPECT_EQ(value("cumsum", {row({1, 2, 3})}), (Numbers{1, 3, 6}));
  EXPECT_EQ(value("cumsum exclusive=true", {row({1, 2, 3})}), (Numbers{0, 1, 3}));
  EXPECT_EQ(value("cumsum reverse=true", {row({1, 2, 3})}), (Numbers{6, 5, 3}));
  EXPECT_EQ(value("cumprod exclusive=true reverse=true", {row({1, 2, 3})}), (Numbers{6, 3, 1}));
  EXPECT_EQ(value("cumsum axis=1", {counting(2, 3)}), (Numbers{0, 1, 3, 3, 7, 12}));
}

TEST(DataMovement, SortedOrder) {
  const auto x = row({2, 7, nan, 2, -1});
  EXPECT_EQ(value("argsort", {x}), (Numbers{4, 0, 3, 1, 2}));
  EXPECT_EQ(value("argsort descending=true", {x}), (Numbers{2, 1, 0, 3, 4}));
  EXPECT_EQ(value("sort descending=true", {row({2, 7, -1})}), (Numbers{7, 2, -1}));
  EXPECT_EQ(value("topk k=2", {row({2, 7, -1})}), (Numbers{7, 2}));
  EXPECT_EQ(value("topk_indices k=2 largest=false", {row({2, 7, 2})}), (Numbers{0, 2}));
  EXPECT_EQ(value("sort_by", {row({3, 1, 2}), row({10, 20, 30})}), (Numbers{20, 30, 10}));
  EXPECT_EQ(slope("sort", {row({3, 1, 2})}, {1, 10, 100}), (Numbers{100, 1, 10}));
  EXPECT_EQ(slope("topk k=2", {row({3, 1, 2})}, {1, 10}), (Numbers{1, 0, 10}));
}

TEST(DataMovement, Arrangements) {
  const auto x = counting(2, 3);
  EXPECT_EQ(value("flip axes=1", {x}), (Numbers{2, 1, 0, 5, 4, 3}));
  EXPECT_EQ(value("roll shift=1 axis=1", {x}), (Numbers{2, 0, 1, 5, 3, 4}));
  EXPECT_EQ(value("roll shift=-2", {x}), (Numbers{2, 3, 4, 5, 0, 1}));
  EXPECT_EQ(value("tile reps=[2]", {row({1, 2})}), (Numbers{1, 2, 1, 2}));
  EXPECT_EQ(value("repeat_interleave repeats=2", {row({1, 2})}), (Numbers{1, 1, 2, 2}));
  EXPECT_EQ(value("transpose", {x}), (Numbers{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(value("stack axis=1", {row({1, 2}), row({3, 4})}), (Numbers{1, 3, 2, 4}));
  EXPECT_EQ(value("split axis=1 sizes=[1,2] index=1", {x}), (Numbers{1, 2, 4, 5}));
  EXPECT_EQ(value("split axis=1 sections=3 index=2", {x}), (Numbers{2, 5}));
  EXPECT_EQ(value("triu diagonal=1", {x}), (Numbers{0, 1, 2, 0, 0, 5}));
  EXPECT_EQ(value("tril", {x}), (Numbers{0, 0, 0, 3, 4, 0}));
  EXPECT_EQ(value("diagonal offset=1", {x}), (Numbers{1, 5}));
  EXPECT_EQ(value("pad padding=[2,2] mode=reflect", {row({1, 2, 3})}), (Numbers{3, 2, 1, 2, 3, 2, 1}));
  EXPECT_EQ(value("pad padding=[1,2] mode=replicate", {row({1, 2, 3})}), (Numbers{1, 1, 2, 3, 3, 3}));
  EXPECT_EQ(slope("pad padding=[2,1] mode=reflect", {row({1, 2, 3})}), (Numbers{1, 3, 2}));
  EXPECT_EQ(slope("pad padding=[2,1] mode=replicate", {row({1, 2, 3})}), (Numbers{3, 1, 2}));
  EXPECT_EQ(shape_of("expand_dims axis=[0,-1]", {{2, 3}}), (Shape{1, 2, 3, 1}));
  EXPECT_EQ(shape_of("squeeze", {{1, 2, 1}}), (Shape{2}));
  EXPECT_EQ(shape_of("flatten start=1", {{2, 3, 4}}), (Shape{2, 12}));
  EXPECT_EQ(shape_of("flatten", {Shape{}}), (Shape{1}));
}

TEST(DataMovement, Indices) {
  const auto x = counting(2, 3);
  EXPECT_EQ(value("index_select axis=1", {x, row({2, 0, 2})}), (Numbers{2, 0, 2, 5, 3, 5}));
  EXPECT_EQ(slope("index_select axis=1", {x, row({2, 0, 2})}), (Numbers{1, 0, 2, 1, 0, 2}));
  EXPECT_EQ(value("take_along_axis", {x, matrix(2, 1, {1, 2})}), (Numbers{1, 5}));
  EXPECT_EQ(value("take_along_axis", {x, matrix(1, 2, {1, 0})}), (Numbers{1, 0, 4, 3}));
  EXPECT_EQ(slope("take_along_axis", {matrix(1, 3, {1, 2, 3}), matrix(2, 1, {1, 1})}), (Numbers{0, 2, 0}));
}

TEST(DataMovement, Refusals) {
  const Shape x{2, 3};
  const auto names = [](const std::string& text, const std::string& label) {
    return text.size() > label.size() && text.ends_with("[" + label + "]");
  };
  EXPECT_TRUE(names(refusal("roll shift=[1,2] axis=0", {x}), "roll C1"));
  EXPECT_TRUE(names(refusal("tile reps=-1", {x}), "tile C1"));
  EXPECT_TRUE(names(refusal("tile reps=9223372036854775807", {x}), "tile C2"));
  EXPECT_TRUE(names(refusal("repeat_interleave repeats=9223372036854775807", {x}), "repeat_interleave C3"));
  EXPECT_TRUE(names(refusal("squeeze axis=0", {x}), "squeeze C2"));
  EXPECT_TRUE(names(refusal("flatten start=1 end=0", {x}), "flatten C2"));
  EXPECT_TRUE(names(refusal("split axis=1 sections=2", {x}), "split C3"));
  EXPECT_TRUE(names(refusal("split axis=1 sizes=[1,1]", {x}), "split C4"));
  EXPECT_TRUE(names(refusal("split axis=1 sizes=[1,2] index=2", {x}), "split C5"));
  EXPECT_TRUE(names(refusal("split axis=1 sizes=[1,2] sections=3", {x}), "split C2"));
  EXPECT_TRUE(names(refusal("triu", {{3}}), "triu C1"));
  EXPECT_TRUE(names(refusal("diagonal axis2=0", {x}), "diagonal C1"));
  EXPECT_TRUE(names(refusal("pad mode=mirror", {x}), "pad C3"));
  EXPECT_TRUE(names(refusal("pad padding=2 mode=reflect", {x}), "pad C4"));
  EXPECT_TRUE(names(refusal("topk k=4", {x}), "topk C2"));
  EXPECT_TRUE(names(refusal("var correction=-1", {x}), "var C2"));
  EXPECT_TRUE(names(refusal("norm p=-1", {x}), "norm C2"));
  EXPECT_TRUE(names(refusal("take_along_axis", {x, {3, 2}}), "take_along_axis C3"));
}

}  // namespace
}  // namespace plumbline::spec
