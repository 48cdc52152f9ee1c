// The law of layers: every layer keeps it, its cases say something, and a layer recorded wrongly is caught.
#include "crosscheck/laws/layers/layer_law.h"

#include <gtest/gtest.h>

#include <set>

#include "crosscheck/mutants/mutants.h"

namespace plumbline::crosscheck {
namespace {

TEST(LayerLaw, EveryLayerKeepsIt) {
  const auto subject = cpu_subject();
  for (const Layer& layer : all_layers())
    for (std::uint64_t number = 0; number < 4; ++number) {
      const Outcome o = check_layer(layer, 1, number, *subject, {});
      EXPECT_EQ(o.verdict, Verdict::pass) << layer.name << " case " << number << ": " << o.message;
      EXPECT_GT(o.judgement.elements, 0) << layer.name << " case " << number;
    }
}

TEST(LayerLaw, NamesDiffer) {
  std::set<std::string_view> names;
  for (const Layer& layer : all_layers()) EXPECT_TRUE(names.insert(layer.name).second) << layer.name;
  EXPECT_GE(names.size(), 30u);
}

TEST(LayerLaw, TheSameNumberIsTheSameCase) {
  for (const Layer& layer : all_layers()) {
    const auto a = draw_layer_case(layer, 3, 5, 0), b = draw_layer_case(layer, 3, 5, 0);
    ASSERT_TRUE(a && b) << layer.name;
    EXPECT_EQ(print(a->recorded), print(b->recorded));
    EXPECT_EQ(print(a->textbook), print(b->textbook));
  }
}

// A parameter of another name is not found by the textbook.
TEST(LayerLaw, AWrongNameIsNamed) {
  LayerBug bug;
  bug.graph = [](const spec::Graph& graph) {
    spec::Graph out = graph;
    for (const spec::NodeId id : graph.leaves())
      if (graph.node(id).name == "weight") out.rename(id, "kernel");
    return out;
  };
  const auto layers = all_layers();
  const Outcome o = check_layer(layers.front(), 1, 0, *cpu_subject(), {}, &bug);
  EXPECT_EQ(o.verdict, Verdict::fail);
  EXPECT_NE(o.message.find("no parameter weight"), std::string::npos) << o.message;
}

TEST(LayerLaw, CatchesPlantedBugs) {
  std::vector<Mutant> bugs;
  add_layer_bugs(bugs);
  MutantOptions options;
  options.cases = 12;
  for (const Kill& kill : run_mutants(std::move(bugs), options)) EXPECT_TRUE(kill.killed) << kill.name;
}

}  // namespace
}  // namespace plumbline::crosscheck
