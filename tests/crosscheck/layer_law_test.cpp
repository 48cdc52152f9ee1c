// The law of layers: every layer keeps it, its cases say something, and a layer recorded wrongly is caught.
#include "crosscheck/laws/layers/layer_law.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "crosscheck/audit/replay.h"
#include "crosscheck/mutants/mutants.h"
#include "runtime/nn/blocks.h"

namespace plumbline::crosscheck {
namespace {

void keeps_it(Subject& subject, LayerPart part) {
  for (const Layer& layer : all_layers())
    for (std::uint64_t number = 0; number < 4; ++number) {
      const Outcome o = examine_layer(layer, 1, number, subject, {}, part).outcome;
      EXPECT_EQ(o.verdict, Verdict::pass) << layer.name << " case " << number << ": " << o.message;
      EXPECT_GT(o.judgement.elements, 0) << layer.name << " case " << number;
    }
}

TEST(LayerLaw, EveryLayerKeepsIt) { keeps_it(*cpu_subject(), LayerPart::all); }
TEST(LayerLaw, FloatsKeepItInBinary64) { keeps_it(*cpu_subject(spec::binary64), LayerPart::floats); }

// An mlp that is recorded with another activation.
TEST(LayerLaw, AReplayHoldsBothGraphs) {
  const auto layers = all_layers();
  const auto mlp = std::ranges::find(layers, "mlp", &Layer::name);
  ASSERT_NE(mlp, layers.end());
  LayerBug bug;
  bug.config = [](std::any& drawn) {
    auto& layer = std::any_cast<Drawn<runtime::nn::Mlp>&>(drawn).layer;
    layer.activation = layer.activation == "none" ? "relu" : "none";
  };
  const auto subject = cpu_subject();
  const CheckedLayer found = examine_layer(*mlp, 1, 0, *subject, {}, LayerPart::all, &bug);
  ASSERT_EQ(found.outcome.verdict, Verdict::fail);
  ASSERT_TRUE(found.pair);
  Replay replay;
  replay.law = layer_law_name, replay.subject = subject->name(), replay.c = *found.pair;
  const auto again = parse_replay(print(replay), spec::Catalogue::builtin());
  ASSERT_TRUE(again) << again.error().what();
  Laws laws;
  laws.push_back(layer_law());
  const auto outcome = rerun(*again, laws, *subject);
  ASSERT_TRUE(outcome) << outcome.error().what();
  EXPECT_EQ(outcome->verdict, Verdict::fail);
  EXPECT_EQ(outcome->message, found.outcome.message);
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
