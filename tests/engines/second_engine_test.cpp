// Both engines agree on every op of the catalogue.
#include "tests/engines/second_engine.h"

#include <gtest/gtest.h>

#include "spec/graph/catalogue.h"

namespace plumbline::test {
namespace {

TEST(SecondEngine, ReadsEveryOp) {
  const ArbReadings readings = arb_readings();
  for (const spec::OpEntry* entry : spec::Catalogue::builtin().entries())
    EXPECT_TRUE(readings.contains(entry->name)) << entry->name;
}

TEST(SecondEngine, EnclosuresMeet) {
  std::uint64_t elements = 0, elementary = 0;
  for (const auto& [op, reading] : arb_readings()) {
    const EngineCount count = compare_engines(op, reading, /*seed=*/1, /*elements=*/600);
    EXPECT_TRUE(count.disagreements.empty()) << count.disagreements.front();
    EXPECT_GT(2 * count.elements, count.silent) << op << ": hardly anything was compared";
    elements += count.elements, elementary += count.elementary;
  }
  EXPECT_GT(elementary, elements / 10);
}

// What a wrong engine looks like: the second engine's value moved by less than a float would notice.
TEST(SecondEngine, SeesSmallDifferences) {
  const ArbReadings readings = arb_readings();
  const auto shifted = [&](const spec::Attributes& a, const spec::Tensors<Arb>& in) {
    const spec::Tensor<Arb> y = readings.at("exp")(a, in);
    return spec::map(y, [](const Arb& v) { return v * (Arb(Index{1}) + Arb(0x1p-60)); });
  };
  EXPECT_FALSE(compare_engines("exp", shifted, 1, 600).disagreements.empty());
}

}  // namespace
}  // namespace plumbline::test
