// Large graphs: building, differentiating, planning and running take time in proportion to the nodes, and no stack.
#include <gtest/gtest.h>

#include <ctime>
#include <iostream>
#include <optional>
#include <string>

#include "runtime/nn/blocks.h"
#include "runtime/train/train_step.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/function/tanh.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::runtime {
namespace {

using spec::Index;
using spec::Var;

const KernelTable& kernels() {
  static const KernelTable table = KernelTable::builtin();
  return table;
}

// Processor time of f.
template <class F>
double seconds(F&& f) {
  const std::clock_t before = std::clock();
  f();
  return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
}

// y ← tanh(y + x), over and over, from x·w; two nodes each time.
Var chain(spec::Graph& graph, Index nodes) {
  const Var x = graph.input("x", {1});
  Var y = spec::mul(x, graph.param("w", {1}));
  for (Index i = 0; i < nodes / 2; ++i) y = spec::call(spec::Tanh{}, spec::add(y, x));
  return y;
}

// Building, differentiating, planning and one step of a chain.
double whole_life(Index nodes) {
  return seconds([&] {
    spec::Graph graph;
    const NodeId loss = spec::call(spec::Sum{}, chain(graph, nodes)).id();
    auto step = spec::value_or_throw(TrainStep::create(std::move(graph), loss, spec::Sgd{.lr = 0.5}, kernels()));
    step.parameter(0)[0] = 1;
    ASSERT_TRUE(step.program().set(0, std::vector<float>{0.5F}));
    ASSERT_TRUE(step.step());
    EXPECT_EQ(step.steps(), 1);
  });
}

TEST(Scale, TimeGrowsWithTheNodes) {
  whole_life(2000);
  const double small = whole_life(50000), large = whole_life(400000);
  RecordProperty("seconds", std::to_string(large));
  EXPECT_LT(large, 3 * 8 * small);  // eight times the nodes; caches are fuller
}

// Builds, differentiates, plans and runs a chain; prints the seconds of each and returns their sum.
double whole_life_in_phases(Index nodes) {
  spec::Graph graph;
  Var y, seed;
  std::optional<Program> program;
  const double built = seconds([&] { y = chain(graph, nodes); });
  EXPECT_EQ(graph.size(), nodes + 3);
  const double differentiated = seconds([&] {
    seed = graph.input("seed", {1});
    const std::vector<NodeId> w{1};
    graph.output(spec::append_grad(graph, y.id(), seed, w)[0]);
  });
  const Index all = graph.size();
  const NodeId last = seed.id();
  const double planned = seconds([&] { program = spec::value_or_throw(compile(std::move(graph), kernels())); });
  const double run = seconds([&] {
    for (const NodeId leaf : {0, 1, last}) EXPECT_TRUE(program->set(leaf, std::vector<float>{1}));
    EXPECT_TRUE(program->run());
  });
  const double sum = built + differentiated + planned + run;
  std::cout << nodes << " nodes, " << all << " with their gradients: build " << built << " s, differentiate "
            << differentiated << " s, plan " << planned << " s, run " << run << " s; " << sum << " s in all\n";
  return sum;
}

// The limits are far from the figures that are printed: they catch what is not linear, and a busy machine passes.
TEST(Scale, AMillionNodesFitOnTheStack) {
  const double small = whole_life_in_phases(100000), large = whole_life_in_phases(1000000);
  RecordProperty("seconds", std::to_string(large));
  EXPECT_LT(large, 3 * 10 * small);
  EXPECT_LT(large, 12);
}

TEST(Scale, SixteenThousandNodesAreBuiltAtOnce) {
  const double built = seconds([] {
    spec::Graph graph;
    chain(graph, 16000);
  });
  std::cout << "16000 nodes: build " << built << " s\n";
  EXPECT_LT(built, 0.5);
}

// Layers by the thousand: each param is found by its name.
TEST(Scale, ManyLayersAreRecordedInProportion) {
  const auto record = [](Index layers) {
    return seconds([&] {
      nn::Recording r;
      Var y = r.graph.input("x", {2, 4});
      for (Index i = 0; i < layers; ++i)
        y = nn::Linear{.in_features = 4, .out_features = 4}(nn::Scope(r) / i, y);
      EXPECT_EQ(static_cast<Index>(r.plan.parameters.size()), 2 * layers);
    });
  };
  record(100);
  const double small = record(1000), large = record(16000);
  EXPECT_LT(large, 3 * 16 * small);
}

}  // namespace
}  // namespace plumbline::runtime
