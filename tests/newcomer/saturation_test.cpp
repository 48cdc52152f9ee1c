// A newcomer's op, outside the list of the catalogue, under every law; and two mistakes that newcomers make.
#include "tests/newcomer/saturation.h"

#include <gtest/gtest.h>

#include <set>

#include "crosscheck/audit/runner.h"
#include "spec/eval/exact.h"
#include "spec/eval/model.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;
using spec::Number;
using spec::Tensor;
using spec::Tensors;
using spec::TensorLike;

// The formula alone, which says ∞/∞ at infinity.
struct Unlimited : spec::Saturation {
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return spec::map(in[0], [](const N& x) { return abs(x) / (N(Index{1}) + abs(x)); });
  }
  static spec::Sample<Unlimited> sample(spec::Choices& choices) {
    const auto s = spec::Saturation::sample(choices);
    return {{}, s.shapes, s.domains};
  }
};
BOOST_DESCRIBE_STRUCT(Unlimited, (), ())

// A backward rule that divides once too few.
struct Unsquared : spec::Saturation {
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T t = spec::add(spec::literal(ct, 1), spec::call(spec::Abs{}, in[0]));
    return {spec::mul(spec::div(ct, t), spec::call(spec::Sign{}, in[0]))};
  }
  static spec::Sample<Unsquared> sample(spec::Choices& choices) {
    const auto s = spec::Saturation::sample(choices);
    return {{}, s.shapes, s.domains};
  }
};
BOOST_DESCRIBE_STRUCT(Unsquared, (), ())

template <class O>
Report run_all_laws() {
  auto catalogue = std::make_shared<spec::Catalogue>(spec::Catalogue::builtin());
  catalogue->add(spec::entry_of<O>());
  Suite suite = quick_suite();
  suite.catalogue = catalogue;
  suite.subjects = {cpu_subject()};
  suite.op = O::name;
  suite.shrink_checks = 0;
  return run_suite(suite);
}

const Cell* cell_of(const Report& report, std::string_view law) {
  for (const Cell& cell : report.cells)
    if (cell.law == law) return &cell;
  return nullptr;
}

std::uint64_t findings(const Report& report, std::string_view law) {
  const Cell* cell = cell_of(report, law);
  if (cell == nullptr) return 0;
  std::uint64_t count = 0;
  for (const auto& [verdict, cases] : cell->verdicts) count += is_finding(verdict) ? cases : 0;
  return count;
}

TEST(Newcomer, EveryLawHoldsForSaturation) {
  const Report report = run_all_laws<spec::Saturation>();
  EXPECT_EQ(report.exit_code(), 0) << text_report(report, /*color=*/false);
  for (const char* law : {"forward", "backward", "adjoint", "special_values", "shapes", "determinism", "memory",
                          "compiled_equals_eager", "replay_round_trip", "text_round_trip"}) {
    const Cell* cell = cell_of(report, law);
    ASSERT_NE(cell, nullptr) << law;
    EXPECT_GE(cell->cases, 20U) << law;
  }
  EXPECT_TRUE(cell_of(report, "forward")->fallback);
}

TEST(Newcomer, AMissingLimitIsFound) {
  const Report report = run_all_laws<Unlimited>();
  EXPECT_GT(findings(report, "special_values"), 0U);
  EXPECT_EQ(findings(report, "forward"), 0U);
}

TEST(Newcomer, AWrongBackwardRuleIsFound) {
  const Report report = run_all_laws<Unsquared>();
  EXPECT_GT(findings(report, "adjoint"), 0U);
  EXPECT_EQ(findings(report, "forward"), 0U);
}

TEST(Newcomer, TheOpIsReadByName) {
  spec::Catalogue catalogue = spec::Catalogue::builtin();
  catalogue.add(spec::entry_of<spec::Saturation>());
  const std::string text = "plumbline.graph/1\nx = input [2]\n%1 = saturation(x)\noutput %1\n";
  const auto graph = spec::parse_graph(text, catalogue);
  ASSERT_TRUE(graph) << graph.error().what();
  EXPECT_EQ(spec::print(*graph), text);
  EXPECT_FALSE(spec::parse_graph("plumbline.graph/1\nx = input [2]\n%1 = saturatoin(x)\n", catalogue));
}

}  // namespace
}  // namespace plumbline::crosscheck
