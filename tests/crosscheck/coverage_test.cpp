// Coverage: what cases reach is counted, and a declared value that none of them reaches fails the suite.
#include "crosscheck/audit/coverage.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crosscheck/audit/runner.h"
#include "spec/eval/model.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/shape/full.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;
using spec::Number;
using spec::Shapes;
using spec::Tensor;
using spec::Tensors;
using spec::TensorLike;

// y = 2x or 3x, and −y where `negative`; how far the sampler goes is up to whoever derives from it.
struct Multiple {
  std::string factor = "two";
  bool negative = false;

  static constexpr std::string_view summary = "y = 2 x or 3 x, or its negative";
  static constexpr int arity = 1;
  static constexpr std::array<spec::Words, 1> words{{{"factor", {"two", "three"}}}};
  bool operator==(const Multiple&) const = default;

  double scale() const { return (factor == "two" ? 2 : 3) * (negative ? -1 : 1); }
  spec::Result<spec::Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return spec::map(in[0], [&](const N& x) { return N(scale()) * x; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {spec::mul(ct, spec::literal(ct, scale()))};
  }
};

struct Thorough : Multiple {
  static constexpr std::string_view name = "thorough_multiple";
  static spec::Sample<Thorough> sample(spec::Choices& choices) {
    Thorough op;
    op.factor = choices.one_of<std::string>({"two", "three"}), op.negative = choices.coin();
    return {op, {spec::pick_shape(choices, 0, 3)}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Thorough, (), (factor, negative))

// Never draws `three`.
struct Wordless : Multiple {
  static constexpr std::string_view name = "wordless_multiple";
  static spec::Sample<Wordless> sample(spec::Choices& choices) {
    Wordless op;
    op.negative = choices.coin();
    return {op, {spec::pick_shape(choices, 0, 3)}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Wordless, (), (factor, negative))

// Never draws `negative`.
struct Positive : Multiple {
  static constexpr std::string_view name = "positive_multiple";
  static spec::Sample<Positive> sample(spec::Choices& choices) {
    Positive op;
    op.factor = choices.one_of<std::string>({"two", "three"});
    return {op, {spec::pick_shape(choices, 0, 3)}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Positive, (), (factor, negative))

// Never draws another shift, although 0 and negative ones are allowed.
struct Shift {
  Index by = 1;

  static constexpr std::string_view name = "steady_shift", summary = "y = x + by";
  static constexpr int arity = 1;
  bool operator==(const Shift&) const = default;

  spec::Result<spec::Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return spec::map(in[0], [&](const N& x) { return x + N(by); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {spec::mul(ct, spec::literal(ct, 1))};
  }
  static spec::Sample<Shift> sample(spec::Choices& choices) { return {{}, {spec::pick_shape(choices, 0, 3)}, {}}; }
};
BOOST_DESCRIBE_STRUCT(Shift, (), (by))

template <class O>
Suite suite_with() {
  auto catalogue = std::make_shared<spec::Catalogue>(spec::Catalogue::builtin());
  catalogue->add(spec::entry_of<O>());
  Suite suite = quick_suite();
  suite.catalogue = catalogue;
  suite.subjects = {cpu_subject()};
  suite.op = O::name;
  return suite;
}

std::vector<std::string> complaints(const Report& report) {
  std::vector<std::string> out;
  for (const Finding& f : report.findings)
    if (f.law == "coverage") out.push_back(f.message);
  return out;
}

using Messages = std::vector<std::string>;

TEST(Coverage, AValueThatNoCaseReachesFailsTheSuite) {
  const Report wordless = run_suite(suite_with<Wordless>());
  EXPECT_EQ(complaints(wordless), Messages{"[wordless_multiple] no case of the suite reaches factor=three"});
  EXPECT_EQ(wordless.exit_code(), 1);
  const Report positive = run_suite(suite_with<Positive>());
  EXPECT_EQ(complaints(positive), Messages{"[positive_multiple] no case of the suite reaches negative=true"});
  EXPECT_EQ(positive.exit_code(), 1);
  const Report thorough = run_suite(suite_with<Thorough>());
  EXPECT_EQ(complaints(thorough), Messages{});
  EXPECT_EQ(thorough.exit_code(), 0) << text_report(thorough, false);
}

TEST(Coverage, ANumberThatNeverChangesFailsTheSuite) {
  const Report report = run_suite(suite_with<Shift>());
  EXPECT_EQ(complaints(report), Messages{"[steady_shift] no case of the suite reaches by other than 1"});
  EXPECT_EQ(report.coverage.at("steady_shift").untried, (Messages{"by=0", "by below 0"}));
  EXPECT_NE(text_coverage(report.coverage, false).find("never by=0"), std::string::npos);
}

TEST(Coverage, APartOfASuiteMayMissValues) {
  Suite suite = suite_with<Wordless>();
  suite.law = "forward";
  EXPECT_EQ(complaints(run_suite(suite)), Messages{});
  suite.law = "*", suite.total_cases = 12;
  const Report report = run_suite(suite);
  EXPECT_EQ(complaints(report), Messages{});
  EXPECT_EQ(report.coverage.at("wordless_multiple").missed, Messages{"factor=three"});
}

TEST(Coverage, WhatCasesReachIsCounted) {
  const Report report = run_suite(suite_with<Thorough>());
  const OpCoverage& op = report.coverage.at("thorough_multiple");
  const auto& values = op.attributes.at("factor").values;
  EXPECT_EQ(values.at("two") + values.at("three"), op.cases);
  EXPECT_EQ(op.attributes.at("negative").default_value + op.attributes.at("negative").other_value, op.cases);
  std::uint64_t ranks = 0;
  for (const char* rank : {"rank 0", "rank 1", "rank 2", "rank 3"}) ranks += op.shapes.at(rank);
  EXPECT_EQ(ranks, op.cases);
  ASSERT_EQ(op.floats.size(), 1U);
  for (std::uint64_t n : op.floats[0]) EXPECT_GT(n, 0U);  // of every kind
  EXPECT_TRUE(op.branches.empty());
  EXPECT_NE(json_report(report).find("\"coverage\""), std::string::npos);
  EXPECT_NE(text_coverage(report.coverage, false).find("factor: three, two"), std::string::npos);
}

TEST(Coverage, BranchesAreSeenBothWays) {
  Suite suite = quick_suite();
  suite.subjects = {cpu_subject()}, suite.op = "relu", suite.law = "forward";
  const CoverageOfOps coverage = run_suite(suite).coverage;
  const auto& branches = coverage.at("relu").branches;
  ASSERT_FALSE(branches.empty());
  for (const auto& [place, b] : branches) {
    EXPECT_TRUE(place.starts_with("spec/")) << place;
    EXPECT_GT(b.taken, 0U) << place;
    EXPECT_GT(b.not_taken, 0U) << place;
  }
}

TEST(Coverage, PartsAddUp) {
  Suite suite = suite_with<Thorough>();
  const CoverageOfOps whole = run_suite(suite).coverage;
  CoverageOfOps twice = whole;
  merge(twice, whole);
  EXPECT_EQ(twice.at("thorough_multiple").cases, 2 * whole.at("thorough_multiple").cases);
  CoverageOfOps one{{"x", {}}}, other{{"x", {}}};
  one.at("x").missed = {"a=1", "b=true"}, other.at("x").missed = {"b=true", "c=2"};
  merge(one, other);
  EXPECT_EQ(one.at("x").missed, Messages{"b=true"});
}

}  // namespace
}  // namespace plumbline::crosscheck
