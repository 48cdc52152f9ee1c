// The report does not depend on the number of jobs; limits, globs and interruption.
#include <gtest/gtest.h>

#include <filesystem>

#include "crosscheck/audit/runner.h"
#include "tests/crosscheck/faulty_subject.h"

namespace plumbline::crosscheck {
namespace {

Suite small() {
  Suite suite;
  suite.op = "s*", suite.subjects = {cpu()}, suite.cases_per_cell = 3, suite.graph_cases = 3;
  return suite;
}

// The report without times.
std::string comparable(Report report) {
  report.seconds = 0;
  for (Cell& cell : report.cells) cell.seconds = 0;
  return json_report(report);
}

TEST(Runner, ReportIsTheSameForAnyNumberOfJobs) {
  const Fault off = on_outputs([](double y, spec::Index i) { return i % 3 == 2 ? y + 1 : y; });
  for (const auto& subject : {cpu(), faulty(off)}) {
    Suite suite = small();
    suite.subjects = {subject}, suite.jobs = 1, suite.shrink_checks = 20;
    const std::string one = comparable(run_suite(suite));
    suite.jobs = 2;
    EXPECT_EQ(comparable(run_suite(suite)), one);
    suite.jobs = 5;
    EXPECT_EQ(comparable(run_suite(suite)), one);
  }
}

TEST(Runner, GlobsChoose) {
  EXPECT_TRUE(matches("*", "sum"));
  EXPECT_TRUE(matches("s?m", "sum"));
  EXPECT_TRUE(matches("*_pool2d", "avg_pool2d"));
  EXPECT_FALSE(matches("s", "sum"));
  EXPECT_FALSE(matches("sum?", "sum"));
  Suite suite = small();
  suite.op = "sum", suite.law = "forward";
  const Report report = run_suite(suite);
  ASSERT_EQ(report.cells.size(), 1U);
  EXPECT_EQ(report.cells[0].op, "sum");
  EXPECT_EQ(report.cells[0].cases, 3U);
  EXPECT_FALSE(report.cells[0].kernel.empty());
}

TEST(Runner, TotalCasesAreSpread) {
  Suite suite = small();
  suite.op = "sum", suite.total_cases = 25;
  EXPECT_EQ(run_suite(suite).cases(), 25U);
}

TEST(Runner, CtrlCEndsInOrder) {
  std::atomic<bool> cancelled = false;
  Suite suite = small();
  suite.cancelled = &cancelled, suite.jobs = 1;
  suite.progress = [&](const Progress& p) { cancelled = p.done >= 5; };
  const Report report = run_suite(suite);
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.cases(), 5U);
  EXPECT_EQ(report.exit_code(), 130);
}

TEST(Runner, FindingsAreWrittenAsReplays) {
  const auto folder = std::filesystem::temp_directory_path() / "plumbline_runner_test";
  std::filesystem::remove_all(folder);
  Suite suite = small();
  suite.op = "sum", suite.law = "forward", suite.out = folder.string();
  suite.subjects = {faulty(on_outputs([](double y, spec::Index) { return y + 1; }))};
  const Report report = run_suite(suite);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_TRUE(std::filesystem::exists(report.findings.front().replay));
  EXPECT_LE(report.findings.size(), suite.most_findings);
  std::filesystem::remove_all(folder);
}

TEST(Runner, StopsAtTheFirstFinding) {
  Suite suite = small();
  suite.stop_at_first = true, suite.shrink_checks = 0;
  suite.subjects = {faulty(on_outputs([](double, spec::Index) { return 1e30; }))};
  const Report report = run_suite(suite);
  EXPECT_EQ(report.findings.size(), 1U);
}

}  // namespace
}  // namespace plumbline::crosscheck
