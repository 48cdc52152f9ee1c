// Graphs: building, the text form, reverse mode.
#include <gtest/gtest.h>

#include "spec/eval/interpret.h"
#include "spec/num/rational.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/norm/softmax.h"

namespace plumbline::spec {
namespace {

const Catalogue& catalogue() {
  static const Catalogue all = Catalogue::builtin();
  return all;
}

Graph two_layers() {
  Graph g;
  const Var x = g.input("x", {2, 3}), w = g.param("w", {3, 4});
  const Var h = matmul(x, w);
  g.output(mul(h, h));
  g.output(call(Softmax{1}, h));
  return g;
}

TEST(Graph, TextReadsBackToTheIdenticalGraph) {
  const Graph g = two_layers();
  const std::string text = print(g);
  EXPECT_EQ(text,
            "plumbline.graph/1\nx = input [2, 3]\nw = param [3, 4]\n%2 = matmul(x, w)\n%3 = mul(%2, %2)\n"
            "%4 = softmax(%2) axis=1\noutput %3\noutput %4\n");
  const auto back = parse_graph(text, catalogue());
  ASSERT_TRUE(back) << back.error().what();
  EXPECT_EQ(*back, g);
}

TEST(Graph, NamedNodesCommentsAndIndexLeavesAreRead) {
  const auto g = parse_graph(
      "# a table\nplumbline.graph/1\ni = index [4] extent=10\n\nt = param [10, 2]  # rows\ny = embedding(i, t)\noutput "
      "y\n",
      catalogue());
  ASSERT_TRUE(g) << g.error().what();
  EXPECT_EQ(g->node(0).extent, 10);
  EXPECT_EQ(*parse_graph(print(*g), catalogue()), *g);
}

TEST(Graph, BrokenTextIsRefusedWithItsLine) {
  const auto error = [&](std::string_view text) {
    const auto g = parse_graph(text, catalogue(), "g.txt");
    return g ? std::string("accepted") : std::string(g.error().what());
  };
  EXPECT_EQ(error(""), "g.txt: line 0: found the end of the file, expected plumbline.graph/1");
  EXPECT_EQ(error("plumbline.graph/2\n"), "g.txt: line 1: found plumbline.graph/2, expected plumbline.graph/1");
  const std::string head = "plumbline.graph/1\nx = input [2, 3]\nw = input [4, 5]\n";
  EXPECT_EQ(error(head + "%2 = matmul(x, w)\n"), "g.txt: line 4: [matmul] inner dims differ: 3 vs 4 [matmul C2]");
  EXPECT_EQ(error(head + "%2 = matmul(x)\n"), "g.txt: line 4: [matmul] expects 2 inputs, got 1 [matmul C0]");
  EXPECT_EQ(error(head + "%2 = sofmax(x)\n"), "g.txt: line 4: unknown op sofmax; did you mean softmax, max?");
  EXPECT_EQ(error(head + "%2 = softmax(x) axs=1\n"),
            "g.txt: line 4: [softmax] unknown attribute axs; did you mean axis?");
  EXPECT_EQ(error(head + "%2 = softmax(x) axis=one\n"),
            "g.txt: line 4: [softmax] attribute axis: found 'one', expected an integer");
  EXPECT_EQ(error(head + "%2 = neg(y)\n"), "g.txt: line 4: found y, expected the name of an earlier node");
  EXPECT_EQ(error(head + "x = neg(x)\n"), "g.txt: line 4: found x, expected a name that is not yet taken");
  EXPECT_EQ(error(head + "%7 = neg(x)\n"), "g.txt: line 4: found %7, expected a name or %2");
  EXPECT_EQ(error("plumbline.graph/1\nx = input [-1]\n"),
            "g.txt: line 2: found [-1], expected a shape of at most 1099511627776 elements");
  EXPECT_EQ(error("plumbline.graph/1\nx = input [9999999999,9999999999]\n").substr(0, 20), "g.txt: line 2: found");
}

TEST(Graph, OperandsThatDoNotFitAreThrownWhileBuilding) {
  Graph g;
  const Var x = g.input("x", {2, 3}), w = g.input("w", {4, 5});
  try {
    matmul(x, w);
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "[matmul] inner dims differ: 3 vs 4 [matmul C2]");
  }
}

TEST(Graph, LeavesThatCouldNotBeReadBackAreThrown) {
  Graph g, other;
  const Var x = g.input("x", {2}), theirs = other.input("x", {2});
  const Graph before = g;
  const auto error = [&](auto&& f) {
    try {
      f();
    } catch (const Error& e) {
      EXPECT_EQ(g, before);
      return std::string(e.what());
    }
    return std::string("none");
  };
  EXPECT_EQ(error([&] { g.param("x", {3}); }), "[graph] the name x is taken");
  for (const char* name : {"a b", "a\nb", "%3", "a(", "a,b", "a=b", "#a"})
    EXPECT_EQ(error([&] { g.input(name, {2}); }),
              concat("[graph] found the name ", name, ", expected letters, digits, _ and ."));
  EXPECT_EQ(error([&] { g.input("y", {-1}); }), "[graph] leaf y: shape [-1] is not valid");
  EXPECT_EQ(error([&] { g.index_input("y", {2}, -1); }), "[graph] leaf y: extent is negative: -1");
  EXPECT_EQ(error([&] { mul(x, theirs); }), "[mul] input 1 is no node of this graph");
  EXPECT_EQ(error([&] { g.output(theirs); }), "[graph] output 0 is no node of this graph");
  EXPECT_EQ(error([&] { g.output(Var()); }), "[graph] output 0 is no node of this graph");
  EXPECT_EQ(g.find("x"), x.id());
  EXPECT_FALSE(g.find("y"));
  EXPECT_EQ(g.unused("y"), "y");
}

TEST(Graph, NamesAreReadBackAndRenamed) {
  Graph g;
  const Var x = g.input("0.weight", {2}), y = g.input("output", {2}), z = mul(x, y);
  g.output(z);
  g.rename(z.id(), "z");
  g.rename(x.id(), "w");
  g.rename(y.id(), "0.weight");
  EXPECT_THROW(g.rename(z.id(), "w"), Error);
  g.rename(z.id(), "output");
  EXPECT_EQ(g.unused("w"), "w.1");
  EXPECT_EQ(print(g), "plumbline.graph/1\nw = input [2]\n0.weight = input [2]\noutput = mul(w, 0.weight)\n"
                      "output output\n");
  const auto back = parse_graph(print(g), catalogue());
  ASSERT_TRUE(back) << back.error().what();
  EXPECT_EQ(*back, g);
}

// d/dx Σ c·(x w)² = 2 (c·x w) wᵀ, exactly.
TEST(Graph, ReverseModeIsExact) {
  Graph g;
  const Var x = g.input("x", {1, 2}), w = g.param("w", {2, 2});
  const Var h = matmul(x, w);
  const Var y = mul(h, h);
  const Var ct = g.input("ct", {1, 2});
  const NodeId wrt[] = {x.id(), w.id()};
  const auto d = append_grad(g, y.id(), ct, wrt);
  const auto tensor = [](Shape shape, std::vector<Index> v) {
    return Tensor<Rational>::generate(std::move(shape),
                                      [&](Index i) { return Rational(v[static_cast<std::size_t>(i)]); });
  };
  const NodeId wanted[] = {d[0].id(), d[1].id()};
  const auto values =
      interpret<Rational>(g, {tensor({1, 2}, {1, 2}), tensor({2, 2}, {3, 4, 5, 6}), tensor({1, 2}, {1, -1})}, wanted);
  // x w = [13, 16]; 2·ct·(x w) = [26, −32]
  const auto at = [&](int k, Index i) {
    return values[static_cast<std::size_t>(d[static_cast<std::size_t>(k)].id())][i];
  };
  const Index dx[] = {26 * 3 - 32 * 4, 26 * 5 - 32 * 6}, dw[] = {26, -32, 52, -64};
  for (Index i = 0; i < 2; ++i) EXPECT_EQ(equal(at(0, i), Rational(dx[i])).exact, Tri::yes);
  for (Index i = 0; i < 4; ++i) EXPECT_EQ(equal(at(1, i), Rational(dw[i])).exact, Tri::yes);
}

TEST(Graph, ALongChainIsDifferentiatedWithoutRecursion) {
  Graph g;
  const Var x = g.input("x", {1});
  Var y = x;
  for (int i = 0; i < 50000; ++i) y = neg(y);
  const Var ct = g.input("ct", {1});
  const NodeId wrt[] = {x.id()};
  const Var dx = append_grad(g, y.id(), ct, wrt)[0];
  EXPECT_EQ(dx.id(), g.size() - 1);
  EXPECT_EQ(g.size(), 100002);
}

}  // namespace
}  // namespace plumbline::spec
