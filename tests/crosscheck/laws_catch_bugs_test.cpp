// Every law passes our runtime and catches a subject that breaks it.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "crosscheck/audit/runner.h"
#include "tests/crosscheck/faulty_subject.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;
using spec::Shape;

Report run(const std::string& op, const std::string& law, std::shared_ptr<Subject> subject, std::uint64_t cases = 6) {
  Suite suite;
  suite.op = op, suite.law = law, suite.subjects = {std::move(subject)};
  suite.cases_per_cell = suite.graph_cases = cases;
  suite.jobs = 1, suite.shrink_checks = 0;
  return run_suite(suite);
}

std::string text_of(const Report& report) {
  std::string text;
  for (const Finding& f : report.findings) text += spec::concat(f.id, ": ", f.message, '\n');
  return text;
}

void expect_pass(const std::string& op, const std::string& law, std::uint64_t cases = 6) {
  const Report report = run(op, law, cpu(), cases);
  EXPECT_GT(report.cases(), 0U) << op << ' ' << law;
  EXPECT_EQ(report.total(Verdict::pass), report.cases()) << op << ' ' << law << '\n' << text_of(report);
}

void expect_caught(const std::string& op, const std::string& law, Fault fault, Verdict as = Verdict::fail,
                   std::uint64_t cases = 6) {
  const Report report = run(op, law, faulty(std::move(fault)), cases);
  EXPECT_GT(report.total(as), 0U) << op << ' ' << law;
  EXPECT_EQ(report.exit_code(), 1);
}

const Fault zeros = on_outputs([](double, Index) { return 0.0; });
const Fault negated = on_outputs([](double y, Index) { return -y; });
const Fault slightly_off =
    on_outputs([](double y, Index i) { return i == 0 ? static_cast<double>(static_cast<float>(y * 1.01)) : y; });

TEST(Laws, PassTheRuntime) {
  const std::set<std::string> ops_only{"forward", "special_values", "special_gradients", "shapes"};
  for (const char* op : {"matmul", "softmax", "sum", "mul", "graph"})
    for (const char* law :
         {"forward", "backward", "end_to_end", "adjoint", "methods", "special_values", "special_gradients", "shapes",
          "determinism", "memory", "compiled_equals_eager", "replay_round_trip", "text_round_trip"}) {
      const bool graph_only = std::string(law) == "end_to_end", op_only = ops_only.contains(law);
      if (graph_only != (std::string(op) == "graph") && (graph_only || op_only)) continue;
      if (std::string(law) == "methods" && std::string(op) != "softmax") continue;
      expect_pass(op, law);
    }
}

TEST(Laws, ForwardCatches) {
  expect_caught("matmul", "forward", zeros);
  expect_caught("softmax", "forward", slightly_off);
  expect_caught("sum", "forward", negated);
}

TEST(Laws, BackwardCatches) {
  const Fault wrong_sign = [](const RunView& run, RunResult& result) {
    const spec::NodeId ct = run.graph.leaves().back();
    for (std::size_t i = 0; i < run.wanted.size(); ++i)
      if (run.wanted[i] > ct) result.values[i] = map(result.values[i], [](double y) { return -y; });
  };
  expect_caught("mul", "backward", wrong_sign);
  expect_caught("softmax", "backward", wrong_sign);
}

TEST(Laws, EndToEndNamesTheGuiltyNode) {
  const Report report = run("graph", "end_to_end", faulty(slightly_off), 8);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_FALSE(report.findings.front().node.empty());
}

TEST(Laws, SpecialValuesCatch) {
  expect_caught("sum", "special_values", on_outputs([](double y, Index) { return std::isnan(y) ? 0.0 : y; }),
                Verdict::fail, 20);
}

TEST(Laws, SpecialGradientsCatch) {
  expect_caught("mul", "special_gradients", on_outputs([](double y, Index) { return std::isnan(y) ? 0.0 : y; }),
                Verdict::fail, 20);
  expect_caught("tanh", "special_gradients", on_outputs([](double y, Index) { return std::isinf(y) ? 1.0 : y; }),
                Verdict::fail, 20);
}

// A graph whose output is zero whatever happens on the way proves nothing, and says so.
TEST(Laws, EndToEndDistrustsConstants) {
  const auto catalogue = spec::Catalogue::builtin();
  const std::string text =
      "plumbline.graph/1\nx = input [4]\n%1 = exp(x)\n%2 = neg(%1)\n%3 = relu(%2)\noutput %3\n";
  Case c;
  c.graph = spec::value_or_throw(spec::parse_graph(text, catalogue));
  c.data = {Values(Shape{4}, {0.5, -1.25, 2, 0.75})};
  const Laws laws = all_laws();
  const auto subject = cpu();
  const Law& law = *law_named(laws, "end_to_end");
  const Outcome inherent = law.check(c, *subject, {});
  EXPECT_EQ(inherent.verdict, Verdict::pass) << "zero on all data is what the graph means: " << inherent.message;
  c.graph = spec::value_or_throw(spec::parse_graph(
      "plumbline.graph/1\nx = input [4]\n%1 = neg(x)\n%2 = relu(%1)\noutput %2\n", catalogue));
  c.data = {Values(Shape{4}, {0.5, 1.25, 2, 0.75})};
  EXPECT_EQ(law.check(c, *subject, {}).verdict, Verdict::mistrusted);
}

TEST(Laws, WhatProvedNothingIsCounted) {
  const Report report = run("clamp", "forward", cpu(), 40);
  EXPECT_GT(report.redrawn(), 0U);
  EXPECT_NE(text_report(report, false).find("drawn anew"), std::string::npos);
  EXPECT_NE(json_report(report).find("\"redrawn\""), std::string::npos);
}

TEST(Laws, ABudgetThatIsOverspentIsNoted) {
  Report report = run("sum", "forward", cpu());
  JudgeOptions options;
  check_budget(report, options);
  EXPECT_TRUE(report.notes.empty());
  options.run_elements = 1;
  check_budget(report, options);
  EXPECT_EQ(report.notes.size(), 1U);
}

TEST(Laws, ShapesCatch) {
  class Lenient final : public Subject {
   public:
    std::string name() const override { return "lenient"; }
    spec::Result<RunResult> run(const spec::Graph& graph, const std::vector<Values>&,
                                const std::vector<spec::NodeId>& wanted, const RunOptions&) override {
      RunResult result;
      for (spec::NodeId id : wanted) result.values.push_back(Values::full(graph.node(id).shape, 0));
      return result;
    }
    KernelInfo kernel(const spec::Graph&, spec::NodeId) const override { return {}; }
  };
  EXPECT_GT(run("matmul", "shapes", std::make_shared<Lenient>()).total(Verdict::fail), 0U);
}

TEST(Laws, DeterminismCatches) {
  const Fault by_threads = [](const RunView& run, RunResult& result) {
    if (run.options.threads < 2) return;
    for (Values& y : result.values)
      y = map(y, [](double e) { return static_cast<double>(std::nextafter(static_cast<float>(e), 0.0F)); });
  };
  expect_caught("matmul", "determinism", by_threads, Verdict::nondeterministic);
}

TEST(Laws, MemoryCatches) {
  expect_caught("mul", "memory", [](const RunView&, RunResult& result) { result.inputs_modified = true; });
  expect_caught("mul", "memory", [](const RunView&, RunResult& result) { result.padding_overwritten = true; });
  const Fault stale_tail = [](const RunView& run, RunResult& result) {
    for (Values& y : result.values)
      if (y.size() > 0) y.mutable_elements().back() = static_cast<double>(run.options.poison);
  };
  expect_caught("mul", "memory", stale_tail);
}

TEST(Laws, CompiledEqualsEagerCatches) {
  const Fault only_eager = [](const RunView& run, RunResult& result) {
    if (run.options.compiled) return;
    for (Values& y : result.values) y = map(y, [](double e) { return -e; });
  };
  expect_caught("matmul", "compiled_equals_eager", only_eager);
}

TEST(Laws, ACrashIsAFinding) {
  const Fault crash = [](const RunView&, RunResult&) { __builtin_trap(); };
  expect_caught("mul", "forward", crash, Verdict::crash);
  const Fault thrown = [](const RunView&, RunResult&) { throw std::runtime_error("device lost"); };
  const Report report = run("mul", "forward", faulty(thrown));
  EXPECT_EQ(report.total(Verdict::crash), report.cases());
  EXPECT_NE(report.findings.front().message.find("device lost"), std::string::npos);
}

}  // namespace
}  // namespace plumbline::crosscheck
