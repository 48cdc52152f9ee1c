// `crosscheck replay`: runs recorded cases again, bit for bit.
#include <fmt/format.h>

#include <chrono>
#include <deque>

#include "crosscheck/audit/cells.h"
#include "crosscheck/audit/text_file.h"
#include "crosscheck/cli/output.h"
#include "crosscheck/cli/replays.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/laws/layers/layer_law.h"

namespace plumbline::crosscheck {

namespace {

std::string line_of(const LoadedReplay& r, const Outcome& outcome) {
  const bool same = outcome.verdict == r.replay.verdict;
  std::string text =
      fmt::format("{}: {} {} {}: {}, recorded {}{}\n", r.file, r.replay.c.op_name(), r.replay.law, r.replay.subject,
                  verdict_name(outcome.verdict), verdict_name(r.replay.verdict), same ? "" : ": differs");
  if (!outcome.message.empty()) text += "  " + outcome.message + "\n";
  if (r.replay.version != version())
    text += fmt::format("  recorded by version {}, run by {}\n", r.replay.version, version());
  if (!r.law->needs_subject()) return text;
  const auto shown = [](const std::string& claims) { return claims.empty() ? "the default claims" : claims; };
  if (const std::string now = claims_of(r.replay.c, *r.subject); now != r.replay.claims)
    text += fmt::format("  recorded under {}, judged under {}\n", shown(r.replay.claims), shown(now));
  return text;
}

class ReplayVerb final : public Verb {
 public:
  std::string_view name() const override { return "replay"; }
  std::string_view summary() const override { return "runs recorded cases again, bit for bit"; }

  void declare(Flags& flags) override {
    flags.positionals(files_, "FILE", "replay files");
    flags.option("--json", json_, "write the report as JSON; - is standard output");
    flags.option("--junit", junit_, "write the report as JUnit XML; - is standard output");
    flags.flag("--quiet", quiet_, "no text on standard output");
    flags.flag("--no-color", no_color_, "plain text on a terminal too");
  }

  int run(const CommandLine& command) override {
    const Sinks sinks{json_, junit_, quiet_, no_color_};
    sinks.check();
    if (files_.empty()) refuse("replay: found no file, expected one");
    std::deque<LoadedReplay> replays;
    for (const std::string& file : files_) replays.push_back(load_replay(file));
    const auto start = std::chrono::steady_clock::now();
    Report report;
    report.command = command;
    std::string text;
    for (LoadedReplay& r : replays) {
      const Outcome outcome = r.rerun();
      text += line_of(r, outcome);
      add(report, r, outcome);
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    sinks.write(report, text + last_line(report));
    return report.exit_code();
  }

 private:
  static void add(Report& report, const LoadedReplay& r, const Outcome& outcome) {
    report.seed = r.replay.c.seed;
    Report one;
    one.cells.push_back(cell_of(r, outcome));
    if (outcome.verdict != Verdict::pass) {
      one.findings.push_back(finding_of(r.replay.c, *r.law, r.replay.subject, outcome));
      one.findings.back().replay = r.file;
    }
    merge(report, std::move(one));
  }

  static Cell cell_of(const LoadedReplay& r, const Outcome& outcome) {
    const Judgement& j = outcome.judgement;
    Cell cell;
    cell.op = r.replay.c.op_name(), cell.law = r.replay.law, cell.subject = r.replay.subject;
    const auto kernel = r.subject->kernel(r.replay.c.graph, r.replay.c.output());
    cell.kernel = kernel.name, cell.fallback = kernel.fallback;
    cell.cases = 1, cell.elements = static_cast<std::uint64_t>(j.elements);
    cell.zero_tolerance_elements = static_cast<std::uint64_t>(j.zero_tolerance);
    cell.unjudged_elements = static_cast<std::uint64_t>(j.unjudged);
    cell.refined_elements = static_cast<std::uint64_t>(j.refined);
    cell.stood_down_elements = static_cast<std::uint64_t>(j.stood_down);
    cell.max_ratio = j.max_ratio, cell.median_ratio = j.median_ratio, cell.max_ulp = j.max_ulp;
    cell.verdicts[outcome.verdict] = 1;
    return cell;
  }

  std::vector<std::string> files_;
  std::string json_, junit_;
  bool quiet_ = false, no_color_ = false;
};

}  // namespace

LoadedReplay load_replay(const std::string& file) {
  LoadedReplay out;
  out.file = file;
  out.replay = checked(parse_replay(checked(read_text(file, longest_replay)), spec::Catalogue::builtin(), file));
  out.laws = all_laws();
  out.laws.push_back(layer_law());
  out.law = law_named(out.laws, out.replay.law);
  std::vector<std::string> known;
  for (const auto& law : out.laws) known.emplace_back(law->name());
  if (out.law == nullptr)
    refuse(file, ": law: found ", out.replay.law, ", expected one of `crosscheck list laws`",
           spec::did_you_mean(out.replay.law, known));
  out.subject = out.law->needs_subject() ? subject_named(file + ": subject", out.replay.subject) : cpu_subject();
  if (!out.law->applies(out.replay.c))
    refuse(file, ": law: found ", out.replay.law, ", expected one that applies to ", out.replay.c.op_name());
  return out;
}

Outcome LoadedReplay::rerun(const JudgeOptions& options) { return check_guarded(*law, replay.c, *subject, options); }

std::unique_ptr<Verb> replay_verb() { return std::make_unique<ReplayVerb>(); }

}  // namespace plumbline::crosscheck
