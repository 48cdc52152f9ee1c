// Every planted bug is caught by the laws of the quick suite, or its survival is explained.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "crosscheck/laws/graphs/graphspec_law.h"
#include "crosscheck/mutants/mutants.h"

namespace plumbline::crosscheck {
namespace {

TEST(Mutants, AreManyAndEverywhere) {
  std::set<std::string> names, ops;
  std::size_t by_stage[stage_names.size()] = {};
  for (const Mutant& m : all_mutants()) {
    EXPECT_TRUE(names.insert(m.name).second) << m.name << " is planted twice";
    EXPECT_FALSE(m.bug.empty()) << m.name;
    ops.insert(m.op);
    ++by_stage[static_cast<std::size_t>(m.stage)];
  }
  EXPECT_GE(names.size(), 400U);
  EXPECT_GE(ops.size(), 100U);
  for (std::size_t s = 0; s < stage_names.size(); ++s) EXPECT_GT(by_stage[s], 0U) << stage_names[s];
}

TEST(Mutants, ArePlantedInWhatExists) {
  const auto catalogue = spec::Catalogue::builtin();
  std::set<std::string> known;
  for (const spec::OpEntry* entry : catalogue.entries()) known.emplace(entry->name);
  for (const auto& scheme : spec::all_initialisers()) known.emplace(name_of(scheme));
  for (const auto& optimiser : spec::all_optimisers()) known.emplace(name_of(optimiser));
  for (const auto& clip : spec::all_clips()) known.emplace(name_of(clip));
  for (const auto& schedule : spec::all_schedules()) known.emplace(name_of(schedule));
  for (const Layer& layer : all_layers()) known.emplace(layer.name);
  for (const SpecKind kind : {SpecKind::chain, SpecKind::dag}) known.emplace(name_of(kind));
  for (const Mutant& m : all_mutants()) EXPECT_TRUE(known.contains(m.op)) << m.name;
}

// No op, initialiser, optimiser or schedule is left out.
TEST(Mutants, ArePlantedInAllThatExists) {
  std::set<std::string> ops;
  for (const Mutant& m : all_mutants()) ops.insert(m.op);
  const auto catalogue = spec::Catalogue::builtin();
  for (const spec::OpEntry* entry : catalogue.entries())
    EXPECT_TRUE(ops.contains(std::string(entry->name))) << entry->name;
  for (const auto& scheme : spec::all_initialisers())
    EXPECT_TRUE(ops.contains(std::string(name_of(scheme)))) << name_of(scheme);
  for (const auto& kind : spec::all_optimisers())
    EXPECT_TRUE(ops.contains(std::string(name_of(kind)))) << name_of(kind);
  for (const auto& kind : spec::all_schedules()) EXPECT_TRUE(ops.contains(std::string(name_of(kind)))) << name_of(kind);
  for (const auto& kind : spec::all_clips()) EXPECT_TRUE(ops.contains(std::string(name_of(kind)))) << name_of(kind);
}

TEST(Mutants, AreCaught) {
  const auto kills = run_mutants({});
  EXPECT_EQ(kills.size(), all_mutants().size());
  for (const Kill* k : survivors(kills)) ADD_FAILURE() << k->name << " survived: " << k->bug;
  for (const Kill& k : kills)
    EXPECT_FALSE(k.killed && !k.reason.empty()) << k.name << " was caught, against " << k.reason;
}

// The trial itself raises no alarm: an op whose results are handed on as they are is not caught.
TEST(Mutants, HonestKernelsSurvive) {
  for (const std::string op : {"tanh", "softmax", "matmul", "max_pool2d", "gather"}) {
    const auto kernel =
        run_mutants({kernel_mutant(op, "honest", "none", [](const KernelCall& c) { return c.right; })}, {});
    const auto gradient = run_mutants(
        {backward_mutant(op, "honest_gradient", "none", [](const BackwardCall&, std::vector<Values>&) {})}, {});
    EXPECT_FALSE(kernel.front().killed) << op << ": " << kernel.front().message;
    EXPECT_FALSE(gradient.front().killed) << op << ": " << gradient.front().message;
  }
}

// With one number of tolerances each, at the very edge of it.
TEST(UsualRules, AcceptWhatTheirFormulaDoes) {
  const UsualRule rule{"rule", "made up", 0, {0, 0}, {0, 0}, {0.5, 0.25}, {0, 0.125}};
  const auto judged = [&](double got, double expected, const spec::Format& format = spec::binary32) {
    return accepts(rule, format, Values({1}, {got}), Values({1}, {expected}));
  };
  EXPECT_TRUE(judged(-2.75, -2) && judged(3.25, 2));
  EXPECT_FALSE(judged(-3.5, -2) || judged(0.5, 2));
  EXPECT_TRUE(judged(2.125, 2, spec::binary64));
  EXPECT_FALSE(judged(2.25, 2, spec::binary64) || judged(2.125, 2, spec::binary16));
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(judged(inf, inf) && judged(nan, nan));
  EXPECT_FALSE(judged(-inf, inf) || judged(1, inf) || judged(inf, 1) || judged(nan, 1) || judged(1, nan));
  EXPECT_FALSE(accepts(rule, spec::binary32, Values({2}, {1, 1}), Values({1, 2}, {1, 1})));
}

// A tensor of zeros is seen by every rule, an honest kernel by none; what is drawn at random no rule compares.
TEST(UsualRules, SeeWhatTheyCan) {
  const auto of = [](const Mutant& m) { return run_mutants({m}, {}).front().usual; };
  const auto zeros = [](const KernelCall& c) { return Values::full(c.right.shape(), 0); };
  const auto honest = [](const KernelCall& c) { return c.right; };
  for (const std::string op : {"exp", "softmax", "matmul"}) {
    EXPECT_EQ(of(kernel_mutant(op, "zeros", "zeros", zeros)), (UsualVerdicts{true, true, true, true})) << op;
    EXPECT_EQ(of(kernel_mutant(op, "honest", "none", honest)), UsualVerdicts{}) << op;
  }
  for (const Kill& k : run_mutants({.op = "xavier_uniform"})) EXPECT_EQ(k.usual, std::nullopt);
}

// Their names are the columns, the last line is the score.
TEST(UsualRules, StandInTheReport) {
  const auto kills = run_mutants({.op = "tanh"});
  const std::string text = mutant_text(kills, false_alarms({.op = "tanh"}));
  for (const UsualRule& rule : usual_rules) EXPECT_NE(text.find(rule.name), std::string::npos) << rule.name;
  EXPECT_NE(text.find("correct ops rejected"), std::string::npos);
}

TEST(Mutants, AreCaughtAlikeForAnyNumberOfJobs) {
  const auto one = run_mutants({.jobs = 1, .op = "tanh"}), three = run_mutants({.jobs = 3, .op = "tanh"});
  EXPECT_EQ(mutant_text(one), mutant_text(three));
}

}  // namespace
}  // namespace plumbline::crosscheck
