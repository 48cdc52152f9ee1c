// `crosscheck run`: every op, graph, initialiser and optimiser step × every law that applies × every subject.
#include <algorithm>
#include <chrono>

#include "crosscheck/cli/suite_flags.h"
#include "crosscheck/cli/suite_run.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/laws/graphs/graphspec_law.h"
#include "crosscheck/laws/layers/layer_law.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "crosscheck/laws/optim/schedule_law.h"

namespace plumbline::crosscheck {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int nothing_judged = 3;  // an exit code: nothing failed, but nothing was shown either

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// How many cases each initialiser and optimiser gets: as many as a cell of the ops got.
std::uint64_t cases_per_cell(const Suite& suite, const Report& report) {
  if (suite.total_cases == 0) return suite.cases_per_cell;
  if (!report.cells.empty()) return std::max<std::uint64_t>(1, report.cases() / report.cells.size());
  constexpr std::uint64_t cells = 40;
  return std::max<std::uint64_t>(1, suite.total_cases / cells);
}

class Run final : public Verb {
 public:
  std::string_view name() const override { return "run"; }
  std::string_view summary() const override { return "property-tests the subjects against the spec by every law"; }
  void declare(Flags& flags) override {
    flags_.declare(flags);
    flags.flag("--coverage", coverage_, "what the cases reached of each op: attributes, shapes, floats, branches");
  }

  int run(const CommandLine& command) override {
    const Interrupt interrupt;
    const Suite suite = flags_.suite(interrupt);
    Report report = run_everything(suite);
    report.command = command;
    report.interrupted = interrupt.raised();
    const bool idle = report.cases() == report.total(Verdict::skipped) && report.findings.empty();
    if (idle) report.notes.push_back("nothing was judged: no case of these ops, laws and subjects was run");
    std::string text = text_report(report, flags_.sinks().color());
    if (coverage_) text = text_coverage(report.coverage, flags_.sinks().color()) + "\n" + text;
    flags_.sinks().write(report, text);
    return report.exit_code() == 0 && idle ? nothing_judged : report.exit_code();
  }

 private:
  SuiteFlags flags_;
  bool coverage_ = false;
};

}  // namespace

Report run_everything(const Suite& suite) {
  const auto start = Clock::now();
  Report report = run_suite(suite);
  const auto stopped = [&] {
    return (suite.cancelled != nullptr && suite.cancelled->load()) ||
           (suite.seconds > 0 && seconds_since(start) >= suite.seconds);
  };
  StepOptions options;
  options.seed = suite.seed, options.op = suite.op, options.law = suite.law, options.judge = suite.judge;
  options.cases = cases_per_cell(suite, report);
  if (!stopped()) {
    StepOptions of_layers = options;
    of_layers.cases = (options.cases + 1) / 2;  // a layer is many ops, and its gradients many more
    run_layer_laws(of_layers, {cpu_subject(), cpu_subject(spec::binary64)}, suite.jobs, suite.out, report);
  }
  for (const auto& subject : cpu_subjects())
    if (!stopped()) run_graphspec_laws(options, *subject, report);
  if (!stopped()) run_init_laws(options, *cpu_init_subject(), report);
  for (const auto& subject : {cpu_optim_subject(), cpu_optim_subject_f64()})
    if (!stopped()) run_optim_laws(options, *subject, report);
  if (!stopped()) run_clip_laws(options, *cpu_clip_subject(), report);
  if (!stopped()) run_schedule_laws(options, *cpu_schedule_subject(), report);
  std::sort(report.cells.begin(), report.cells.end(), [](const Cell& a, const Cell& b) {
    return std::tie(a.op, a.law, a.subject) < std::tie(b.op, b.law, b.subject);
  });
  check_budget(report, suite.judge);
  report.seed = suite.seed;
  report.seconds = seconds_since(start);
  return report;
}

std::unique_ptr<Verb> run_verb() { return std::make_unique<Run>(); }

}  // namespace plumbline::crosscheck
