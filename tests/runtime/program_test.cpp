// A compiled graph gives the same bits as the eager session, fused or not, kept or not, for any number of threads.
#include "runtime/core/program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "runtime/core/stream.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/function/tanh.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/norm/layer_norm_grad.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/sequence/lstm.h"
#include "spec/ops/shape/full.h"
#include "spec/ops/shape/gather.h"
#include "spec/ops/shape/permute.h"
#include "tests/runtime/random_graph.h"

namespace plumbline::runtime {
namespace {

using spec::Graph;
using spec::Var;

const KernelTable& kernels() {
  static const KernelTable table = KernelTable::builtin();
  return table;
}

template <class T = float>
void expect_all_ways_equal(const RandomCase& c) {
  const auto expected = run_eager<T>(c, kernels(), {});
  const auto expect = [&](const std::vector<std::vector<T>>& got, const char* way) {
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      EXPECT_TRUE(same_bits(got[i], expected[i])) << way << '\n' << spec::print(c.graph);
  };
  for (int threads : {1, 2, 3, 8}) {
    PlanOptions options;
    options.threads = threads;
    expect(run_compiled<T>(c, kernels(), options), "threads");
  }
  expect(run_compiled<T>(c, kernels(), {.keep = Keep::all}), "keep all");
  expect(run_compiled<T>(c, kernels(), {.fuse = false}), "not fused");
  expect(run_compiled<T>(c, kernels(), {.misalign = 1}), "misaligned");
  expect(run_compiled<T>(c, kernels(), {.threads = 2, .misalign = 3, .guards = true}), "guarded");
  expect(run_eager<T>(c, kernels(), {.threads = 3, .misalign = 1, .poison = 0xffffffff}), "eager, three threads");
}

TEST(Program, EveryOpIsTheSameBitsInAllWays) {
  const spec::Catalogue catalogue = spec::Catalogue::builtin();
  for (const spec::OpEntry* entry : catalogue.entries())
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      SeededChoices choices(seed);
      expect_all_ways_equal(single_op(*entry, choices));
    }
}

// Nodes of the same op on the same values are computed once; zeros of two signs are two values.
TEST(Program, ZerosOfTwoSignsAreNotOne) {
  Graph graph;
  for (const double value : {0.0, -0.0, 0.0}) graph.output(graph.apply(spec::make_op(spec::Full{{1}, value}), {}));
  auto program = spec::value_or_throw(compile(graph, kernels()));
  ASSERT_TRUE(program.run());
  EXPECT_FALSE(std::signbit(program.value<float>(0)[0]));
  EXPECT_TRUE(std::signbit(program.value<float>(1)[0]));
  EXPECT_FALSE(std::signbit(program.value<float>(2)[0]));
}

TEST(Program, RandomGraphsAreTheSameBitsInAllWays) {
  const spec::Catalogue catalogue = spec::Catalogue::builtin();
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SeededChoices choices(seed);
    RandomCase c = random_graph(catalogue, choices, 4 + static_cast<int>(seed % 30));
    expect_all_ways_equal(c);
  }
}

TEST(Program, EveryDtypeIsTheSameBitsInAllWays) {
  const spec::Catalogue catalogue = spec::Catalogue::builtin();
  const auto expect_in_all = [](const RandomCase& c) {
    expect_all_ways_equal<double>(c);
    expect_all_ways_equal<Half>(c);
    expect_all_ways_equal<BFloat16>(c);
  };
  for (const spec::OpEntry* entry : catalogue.entries())
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
      SeededChoices choices(seed);
      expect_in_all(single_op(*entry, choices));
    }
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SeededChoices choices(seed);
    expect_in_all(random_graph(catalogue, choices, 4 + static_cast<int>(seed % 30)));
  }
}

TEST(Program, GradientsAreTheSameBitsInAllWays) {
  const spec::Catalogue catalogue = spec::Catalogue::builtin();
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SeededChoices choices(seed);
    RandomCase c = random_graph(catalogue, choices, 8);
    const NodeId loss = c.graph.outputs()[0];
    const Var ones = c.graph.param("seed", c.graph.node(loss).shape);
    c.data.push_back(draw(choices, c.graph.node(ones.id()), {}));
    std::vector<NodeId> params{0, 1, 2, 3, 4, 5};
    for (const Var& g : spec::append_grad(c.graph, loss, ones, params))
      if (g.id() >= 0) c.graph.output(g);
    expect_all_ways_equal(c);
  }
}

TEST(Program, LargeTensorsAreTheSameBitsForAnyNumberOfThreads) {
  RandomCase c;
  SeededChoices choices(1);
  const Var x = c.graph.param("x", {300, 501}), w = c.graph.param("w", {501, 200}), b = c.graph.param("b", {200});
  for (const Var& v : {x, w, b}) c.data.push_back(draw(choices, c.graph.node(v.id()), {}));
  const Var y = spec::call(spec::Tanh{}, spec::add(spec::matmul(x, w), b));
  c.graph.output(y);
  c.graph.output(spec::call(spec::Sum{{0}, false}, y));
  c.graph.output(spec::call(spec::Sum{{1}, false}, y));
  c.graph.output(spec::call(spec::Sum{{}, false}, x));
  expect_all_ways_equal(c);
}

// The first rows of x and y, through a chain and a normalisation; `tall` of them make every step go past the caches.
RandomCase rows(const std::vector<float>& x, const std::vector<float>& y, Index tall, Index width) {
  RandomCase c;
  const Var in = c.graph.input("x", {tall, width}), ct = c.graph.input("y", {tall, width});
  const Var sum = spec::add(in, ct), t = spec::call(spec::Tanh{}, sum);
  for (const Var& v : {sum, spec::mul(t, in), spec::call(spec::LayerNormGrad{}, in, ct)}) c.graph.output(v);
  const auto n = static_cast<std::ptrdiff_t>(tall * width);
  c.data = {{{x.begin(), x.begin() + n}, {}}, {{y.begin(), y.begin() + n}, {}}};
  return c;
}

TEST(Program, StepsPastTheCachesGiveTheBitsOfSmallOnes) {
  const Index few = 9, width = 701, many = cached_floats / (3 * width) + 2;
  std::mt19937 random(1);
  std::vector<float> x(static_cast<std::size_t>(many * width)), y(x.size());
  for (float& v : x) v = static_cast<float>(random()) * 0x1p-31f - 1;
  for (float& v : y) v = static_cast<float>(random()) * 0x1p-31f - 1;
  const auto expected = run_compiled(rows(x, y, few, width), kernels(), {});
  const RandomCase large = rows(x, y, many, width);
  const auto once = run_compiled(large, kernels(), {});
  for (std::size_t i = 0; i < once.size(); ++i)
    EXPECT_TRUE(same_bits({once[i].begin(), once[i].begin() + few * width}, expected[i])) << i;
  EXPECT_EQ(run_compiled(large, kernels(), {.threads = 2, .misalign = 3, .guards = true}), once);
  EXPECT_EQ(run_compiled(large, kernels(), {.fuse = false}), once);
}

TEST(Program, ChainOfAHundredThousandNodes) {
  Graph graph;
  const Var x = graph.input("x", {3}), w = graph.param("w", {3});
  Var y = spec::mul(x, w);
  for (int i = 0; i < 50000; ++i) y = spec::call(spec::Tanh{}, spec::add(y, x));
  graph.output(y);
  Program program = spec::value_or_throw(compile(graph, kernels()));
  const std::vector<float> one{1, 2, 3};
  ASSERT_TRUE(program.set(0, std::span(one)));
  ASSERT_TRUE(program.set(1, std::span(one)));
  ASSERT_TRUE(program.run());
  EXPECT_LT(program.steps(), 3000);
  EXPECT_LT(program.arena_bytes(), 10000u);
  EXPECT_GT(program.value(y.id())[0], 0.9f);
}

TEST(Program, LivenessReusesBuffers) {
  Graph graph;
  Var y = graph.input("x", {64, 64});
  for (int i = 0; i < 20; ++i) y = spec::matmul(y, y);
  graph.output(y);
  const Program some = spec::value_or_throw(compile(graph, kernels()));
  const Program all = spec::value_or_throw(compile(graph, kernels(), {.keep = Keep::all}));
  EXPECT_EQ(some.arena_bytes(), 2u * 64 * 64 * sizeof(float));
  EXPECT_EQ(all.arena_bytes(), 20u * 64 * 64 * sizeof(float));
}

// x xᵀ and xᵀ x of a square x differ in nothing but what is read transposed.
TEST(Program, MatricesAreReadBeforeTheirTransposes) {
  RandomCase c;
  const Var x = c.graph.input("x", {3, 3}), xt = spec::call(spec::Permute{}, x);
  const std::vector<Var> products{spec::matmul(x, xt), spec::matmul(xt, x), spec::matmul(xt, xt), spec::matmul(x, x)};
  for (const Var& y : products) c.graph.output(y);
  const Program program = spec::value_or_throw(compile(c.graph, kernels()));
  EXPECT_EQ(program.steps(), 4);
  EXPECT_FALSE(program.has_value(xt.id()));
  c.data.emplace_back().reals = {1, 2, 3, 4, 5, 6, 7, 8, 10};
  expect_all_ways_equal(c);
  EXPECT_EQ(run_compiled(c, kernels(), {})[0], (std::vector<float>{14, 32, 53, 32, 77, 128, 53, 128, 213}));
  EXPECT_EQ(run_compiled(c, kernels(), {})[1], (std::vector<float>{66, 78, 97, 78, 93, 116, 97, 116, 145}));
}

TEST(Program, EqualNodesAreComputedOnce) {
  Graph graph;
  const Var x = graph.input("x", {8, 8}), y = graph.input("y", {8, 8});
  for (int i = 0; i < 3; ++i) graph.output(spec::matmul(x, y));
  graph.output(spec::matmul(y, x));
  EXPECT_EQ(spec::value_or_throw(compile(graph, kernels())).steps(), 2);
}

// The gates that lstm computes serve its gradient: the same bits as without the forward op beside it.
TEST(Program, TracesAreShared) {
  const auto gradient = [](bool with_forward) {
    RandomCase c;
    std::vector<Var> in{c.graph.input("ct", {3, 2, 4})};
    for (const auto& [name, shape] : std::vector<std::pair<std::string, Shape>>{
             {"x", {3, 2, 5}}, {"w", {16, 5}}, {"u", {16, 4}}, {"b", {16}}, {"d", {16}}})
      in.push_back(c.graph.input(name, shape));
    c.graph.output(spec::call(spec::LstmGrad{}, in));
    if (with_forward) c.graph.output(spec::call(spec::Lstm{}, {in.begin() + 1, in.end()}));
    for (const Var& v : in) {
      c.data.emplace_back();
      for (Index i = 0; i < v.shape().size(); ++i)
        c.data.back().reals.push_back(static_cast<float>(i * 5 % 7) / 4 - 1);
    }
    if (with_forward) expect_all_ways_equal(c);
    return run_compiled(c, kernels(), {.threads = 2})[0];
  };
  EXPECT_EQ(gradient(true), gradient(false));
}

TEST(Program, ErrorsNameWhatIsWrong) {
  Graph graph;
  const Var x = graph.input("x", {2, 5}), i = graph.index_input("i", {2, 1}, 5);
  graph.output(spec::call(spec::Gather{1}, x, i));
  Program program = spec::value_or_throw(compile(graph, kernels()));
  const std::vector<float> xs(10, 1.0f);
  const std::vector<std::int64_t> good{0, 4}, bad{0, 5};
  EXPECT_STREQ(program.run().error().what(), "input x: found no data, expected [2, 5]");
  EXPECT_STREQ(program.set(x.id(), std::span(good)).error().what(), "input x: expected f32, found i64");
  EXPECT_STREQ(program.set(x.id(), std::span(xs).first(3)).error().what(), "input x: expected 10 elements, found 3");
  EXPECT_STREQ(program.set(2, std::span(xs)).error().what(), "node 2: found no leaf, expected one");
  ASSERT_TRUE(program.set(x.id(), std::span(xs)));
  ASSERT_TRUE(program.set(i.id(), std::span(bad)));
  EXPECT_STREQ(program.run().error().what(),
               "[gather] input i: index 5 at element 1 is out of range for axis 1 with extent 5");
  ASSERT_TRUE(program.bind(i.id(), good));
  EXPECT_TRUE(program.run());
}

// Only data that stays where it is can be bound, and all of it.
template <class P>
concept BindsTemporaries = requires(P& program) { program.bind(0, std::vector<float>()); };
static_assert(!BindsTemporaries<Program>);

TEST(Program, WhatIsBoundHasTheSizeOfItsLeaf) {
  Graph graph;
  const Var x = graph.input("x", {2, 2}), y = spec::call(spec::Tanh{}, x);
  graph.output(y);
  Program program = spec::value_or_throw(compile(graph, kernels()));
  const std::vector<float> all(4, 0.0f);
  const std::vector<double> wide(4, 0.0);
  EXPECT_STREQ(program.bind(x.id(), std::span(all).first(3)).error().what(), "input x: expected 4 elements, found 3");
  EXPECT_STREQ(program.bind(x.id(), wide).error().what(), "input x: expected f32, found f64");
  EXPECT_STREQ(program.bind(y.id(), all).error().what(), "node 1: found no leaf, expected one");
  EXPECT_STREQ(program.bind(-1, all).error().what(), "node -1: found no leaf, expected one");
  ASSERT_TRUE(program.bind(x.id(), all));
  EXPECT_TRUE(program.run());
  EXPECT_EQ(program.leaf("x"), x.id());
  EXPECT_FALSE(program.leaf("y"));
  for (NodeId none : {-1, 2, 1000}) {
    EXPECT_FALSE(program.has_value(none));
    EXPECT_DEATH(program.node(none), "a node of the program's graph is asked for");
    EXPECT_DEATH(program.value(none), "the value of a node is read only if the plan keeps it");
  }
}

static_assert(std::convertible_to<const KernelTable&, Kernels> && std::convertible_to<const KernelTable*, Kernels>);
static_assert(!std::convertible_to<KernelTable, Kernels> && !std::convertible_to<const KernelTable, Kernels>);

TEST(Program, KernelsStayWhereTheyAreWhileOthersAreAdded) {
  KernelTable table = KernelTable::builtin();
  Graph graph;
  const Var x = graph.input("x", {2, 2}), y = spec::matmul(x, x);
  graph.output(y);
  const Program program = spec::value_or_throw(compile(graph, table));
  const Kernel* used = program.node(y.id()).kernel;
  const std::string name = used->name;
  for (int i = 0; i < 100; ++i) {
    Kernel other = *used;
    other.name = "other";
    table.add(other);
  }
  EXPECT_EQ(used->name, name);
  EXPECT_EQ(std::ranges::count(table.kernels("matmul"), used), 1);
  EXPECT_EQ(table.find(graph.node(y.id()).op, {{2, 2}, {2, 2}}).name, "other");
}

TEST(Program, DevicesWithoutKernelsAreRefused) {
  Graph graph;
  graph.output(spec::call(spec::Tanh{}, graph.input("x", {2})));
  const auto program = compile(graph, {}, {.device = Device::cuda});
  EXPECT_STREQ(program.error().what(),
               "[compile] found device cuda, expected cpu: this build has no CUDA kernels");
}

}  // namespace
}  // namespace plumbline::runtime
