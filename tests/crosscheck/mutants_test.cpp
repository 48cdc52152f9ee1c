// Every planted bug is caught by the laws of the quick suite, or its survival is explained.
#include <gtest/gtest.h>

#include <set>

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
  EXPECT_GE(names.size(), 80U);
  EXPECT_GE(ops.size(), 20U);
  for (std::size_t s = 0; s < stage_names.size(); ++s) EXPECT_GT(by_stage[s], 0U) << stage_names[s];
}

TEST(Mutants, ArePlantedInWhatExists) {
  const auto catalogue = spec::Catalogue::builtin();
  std::set<std::string> known;
  for (const spec::OpEntry* entry : catalogue.entries()) known.emplace(entry->name);
  for (const auto& scheme : spec::all_initialisers()) known.emplace(name_of(scheme));
  for (const auto& optimiser : spec::all_optimisers()) known.emplace(name_of(optimiser));
  for (const Mutant& m : all_mutants()) EXPECT_TRUE(known.contains(m.op)) << m.name;
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

TEST(Mutants, AreCaughtAlikeForAnyNumberOfJobs) {
  const auto one = run_mutants({.jobs = 1, .op = "tanh"}), three = run_mutants({.jobs = 3, .op = "tanh"});
  EXPECT_EQ(mutant_text(one), mutant_text(three));
}

}  // namespace
}  // namespace plumbline::crosscheck
