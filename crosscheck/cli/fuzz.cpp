// `crosscheck fuzz`: random cases of ops and graphs until the time is up; what is found is kept as replay files.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/cli/replays.h"
#include "crosscheck/cli/suite_flags.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/sample/choices.h"

namespace plumbline::crosscheck {

namespace {

using Clock = std::chrono::steady_clock;
constexpr double default_seconds = 60;

class Fuzz final : public Verb {
 public:
  std::string_view name() const override { return "fuzz"; }
  std::string_view summary() const override {
    return "random cases of ops and graphs until the time is up; keeps what it finds";
  }

  void declare(Flags& flags) override {
    flags.positionals(ops_, "OP", "ops, or graph for random graphs; default: all");
    flags.option("--corpus", corpus_, "folder of replay files: they are run first, findings are added");
    flags_.declare(flags);
  }

  int run(const CommandLine& command) override {
    const Interrupt interrupt;
    Suite suite = flags_.suite(interrupt);
    const auto globs = chosen_ops(suite);
    if (!corpus_.empty()) {
      checked(make_folder(corpus_));
      suite.out = corpus_;
    }
    const double limit = suite.seconds > 0 ? suite.seconds : default_seconds;
    const auto start = Clock::now();
    const auto left = [&] { return limit - std::chrono::duration<double>(Clock::now() - start).count(); };
    Report report = run_corpus(interrupt);
    report.seed = suite.seed;
    for (std::uint64_t round = 0; left() > 0 && !interrupt.raised(); ++round) {
      Suite one = suite;
      one.seed = mix(suite.seed, fmt::format("fuzz {}", round / globs.size()));
      one.op = globs[round % globs.size()];
      one.seconds = std::min(left(), limit / static_cast<double>(globs.size()));
      one.progress = {};
      merge(report, run_suite(one));
      if (suite.total_cases > 0 && report.cases() >= suite.total_cases) break;
    }
    check_budget(report, suite.judge);
    return finish(std::move(report), command, interrupt, limit - left());
  }

 private:
  std::vector<std::string> chosen_ops(const Suite& suite) const {
    if (ops_.empty()) return {suite.op};
    const auto known = SuiteFlags::op_names();
    for (const std::string& op : ops_)
      if (std::find(known.begin(), known.end(), op) == known.end())
        refuse("fuzz: found ", op, ", expected an op or graph", spec::did_you_mean(op, known));
    return ops_;
  }

  // What was found before is tried again.
  Report run_corpus(const Interrupt& interrupt) const {
    Report report;
    if (corpus_.empty()) return report;
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(corpus_))
      if (entry.path().extension() == ".replay") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) {
      if (interrupt.raised()) break;
      LoadedReplay r = load_replay(file);
      const Outcome outcome = r.rerun();
      Report one;
      Cell cell;
      cell.op = r.replay.c.op_name(), cell.law = r.replay.law, cell.subject = r.replay.subject, cell.kernel = "corpus",
      cell.cases = 1;
      cell.elements = static_cast<std::uint64_t>(outcome.judgement.elements);
      cell.verdicts[outcome.verdict] = 1;
      one.cells.push_back(cell);
      if (is_finding(outcome.verdict)) {
        one.findings.push_back(finding_of(r.replay.c, *r.law, r.replay.subject, outcome));
        one.findings.back().replay = file;
      }
      merge(report, std::move(one));
    }
    return report;
  }

  int finish(Report report, const CommandLine& command, const Interrupt& interrupt, double seconds) const {
    std::sort(report.cells.begin(), report.cells.end(), [](const Cell& a, const Cell& b) {
      return std::tie(a.op, a.law, a.subject) < std::tie(b.op, b.law, b.subject);
    });
    report.command = command;
    report.interrupted = interrupt.raised();
    report.seconds = seconds;
    flags_.sinks().write(report, text_report(report, flags_.sinks().color()));
    return report.exit_code();
  }

  std::vector<std::string> ops_;
  std::string corpus_;
  SuiteFlags flags_;
};

}  // namespace

std::unique_ptr<Verb> fuzz_verb() { return std::make_unique<Fuzz>(); }

}  // namespace plumbline::crosscheck
