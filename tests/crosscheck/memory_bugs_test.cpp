// Kernels that really misuse memory or threads, registered in our own runtime: the laws of memory and determinism
// catch each.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "crosscheck/audit/runner.h"
#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"

namespace plumbline::crosscheck {
namespace {

using runtime::Index;
using runtime::KernelArgs;
using Work = std::function<void(const KernelArgs&)>;
using Supports = std::function<bool(const spec::Op&, const spec::Shapes&)>;

Report run(const std::string& op, const std::string& law, Work kernel, Supports supports = {}) {
  runtime::Kernel planted;
  planted.op = op, planted.name = op + ".planted", planted.supports = std::move(supports);
  planted.bind = [kernel](const spec::Op&, const spec::Shapes&, const spec::Shape&) {
    runtime::BoundKernel bound;
    bound.run = kernel;
    return bound;
  };
  auto table = runtime::KernelTable::builtin();
  table.add(std::move(planted));
  Suite suite;
  suite.op = op, suite.law = law, suite.cases_per_cell = 16, suite.shrink_checks = 0;
  suite.subjects = {cpu_subject(std::move(table))};
  return run_suite(suite);
}

void square(const KernelArgs& args) {
  const float* x = args.in[0].f32();
  for (Index i = 0; i < args.out.size(); ++i) args.out.f32()[i] = x[i] * x[i];
}

float next(float x) { return std::nextafter(x, 1.0F); }

TEST(MemoryBugs, AnHonestKernelPasses) {
  for (const char* law : {"memory", "determinism", "forward"}) {
    const Report report = run("square", law, square);
    EXPECT_GT(report.total(Verdict::pass), 0U) << law;
    EXPECT_EQ(report.exit_code(), 0) << law << '\n' << text_report(report, false);
    EXPECT_EQ(report.cells.front().kernel, "square.planted");
  }
}

TEST(MemoryBugs, WritingBehindTheOutputIsCaught) {
  const Report report = run("square", "memory", [](const KernelArgs& args) {
    square(args);
    args.out.f32()[args.out.size()] = 1;
  });
  EXPECT_GT(report.total(Verdict::fail), 0U);
}

TEST(MemoryBugs, ModifyingAnInputIsCaught) {
  const Report report = run("square", "memory", [](const KernelArgs& args) {
    square(args);
    if (args.out.size() > 0) args.in[0].f32()[0] = next(args.in[0].f32()[0]);
  });
  EXPECT_GT(report.total(Verdict::fail), 0U);
}

TEST(MemoryBugs, ReadingTheOutputBeforeItIsWrittenIsCaught) {
  const Report report = run("square", "memory", [](const KernelArgs& args) {
    const float* x = args.in[0].f32();
    for (Index i = 0; i < args.out.size(); ++i) args.out.f32()[i] = x[i] * x[i] + 0 * args.out.f32()[i];
  });
  EXPECT_GT(report.total(Verdict::fail), 0U);
}

TEST(MemoryBugs, LeavingTheLastElementUnwrittenIsCaught) {
  const Report report = run("square", "memory", [](const KernelArgs& args) {
    const float* x = args.in[0].f32();
    for (Index i = 0; i + 1 < args.out.size(); ++i) args.out.f32()[i] = x[i] * x[i];
  });
  EXPECT_GT(report.total(Verdict::fail), 0U);
}

TEST(MemoryBugs, DependingOnAlignmentIsCaught) {
  const Report report = run("square", "determinism", [](const KernelArgs& args) {
    square(args);
    const bool aligned = std::bit_cast<std::uintptr_t>(args.out.data) % runtime::alignment == 0;
    if (!aligned && args.out.size() > 0) args.out.f32()[0] = next(args.out.f32()[0]);
  });
  EXPECT_GT(report.total(Verdict::nondeterministic), 0U);
}

TEST(MemoryBugs, DependingOnTheNumberOfThreadsIsCaught) {
  const Report report = run("square", "determinism", [](const KernelArgs& args) {
    square(args);
    if (args.workers.threads() > 1 && args.out.size() > 0) args.out.f32()[0] = next(args.out.f32()[0]);
  });
  EXPECT_GT(report.total(Verdict::nondeterministic), 0U);
}

// A sum in as many parts as there are threads, as naive kernels cut it; only where it is long enough to be worth it.
TEST(MemoryBugs, SumsCutByThreadsAreCaughtOnLargeData) {
  constexpr Index worth_it = 20'000;
  const Work cut_by_threads = [](const KernelArgs& args) {
    const Index n = args.in[0].size(), parts = n < worth_it ? 1 : args.workers.threads();
    float total = 0;
    for (Index p = 0; p < parts; ++p) {
      float part = 0;
      for (Index i = p * n / parts; i < (p + 1) * n / parts; ++i) part += args.in[0].f32()[i];
      total += part;
    }
    args.out.f32()[0] = total;
  };
  const Supports whole = [](const spec::Op& op, const spec::Shapes& in) {
    const auto out = op->shape(in);
    return out && out->size() == 1;
  };
  EXPECT_GT(run("sum", "determinism", cut_by_threads, whole).total(Verdict::nondeterministic), 0U);
}

}  // namespace
}  // namespace plumbline::crosscheck
