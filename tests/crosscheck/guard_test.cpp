// Faults, overflown stacks, lost threads and hangs are findings; the run goes on, or ends in order.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "crosscheck/audit/guard.h"
#include "crosscheck/audit/runner.h"
#include "tests/crosscheck/faulty_subject.h"

namespace plumbline::crosscheck {
namespace {

Suite one_op(Fault fault) {
  Suite suite;
  suite.op = "mul", suite.law = "forward", suite.cases_per_cell = 3, suite.jobs = 2;
  suite.subjects = {faulty(std::move(fault))};
  return suite;
}

[[gnu::noinline]] std::uint64_t endless(std::uint64_t depth) {
  volatile std::uint64_t room[512] = {depth};
  if (room[0] == 0) return 0;
  return endless(depth + 1) + room[1];
}

TEST(Guard, CatchesFaultsAndExceptions) {
  EXPECT_FALSE(run_guarded([] {}).has_value());
  EXPECT_EQ(run_guarded([] { throw std::runtime_error("lost"); }), "lost");
  if (is_sanitized()) GTEST_SKIP() << "faults are left to the sanitizer";
  EXPECT_EQ(run_guarded([] { std::raise(SIGSEGV); }), "segmentation fault");
  EXPECT_EQ(run_guarded([] { std::abort(); }), "a failed check");
}

TEST(Guard, SurvivesAnOverflownStackMoreThanOnce) {
  if (is_sanitized()) GTEST_SKIP() << "faults are left to the sanitizer";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run_guarded([] { endless(1); }), "segmentation fault");
}

TEST(Guard, AFaultInAThreadOfTheSubjectIsAFinding) {
  if (is_sanitized()) GTEST_SKIP() << "faults are left to the sanitizer";
  Suite suite = one_op([](const RunView&, RunResult&) { std::thread([] { __builtin_trap(); }).join(); });
  suite.out = (std::filesystem::temp_directory_path() / "plumbline_guard_test").string();
  const Report report = run_suite(suite);
  EXPECT_GT(report.total(Verdict::crash), 0U);
  EXPECT_EQ(report.exit_code(), 1);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_NE(report.findings.front().message.find("in a thread"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(report.findings.front().replay));
  std::filesystem::remove_all(suite.out);
}

TEST(Guard, AHangIsAFindingAndEndsTheRun) {
  Suite suite = one_op([](const RunView&, RunResult&) {
    for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
  });
  suite.case_seconds = is_sanitized() ? 0.02 : 0.3;
  const Report report = run_suite(suite);
  EXPECT_EQ(report.total(Verdict::crash), 2U);  // one for each job
  EXPECT_EQ(report.exit_code(), 1);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_NE(report.findings.front().message.find("hang"), std::string::npos);
  ASSERT_FALSE(report.notes.empty());
}

}  // namespace
}  // namespace plumbline::crosscheck
