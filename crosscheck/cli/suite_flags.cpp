// From options to a suite.
#include "crosscheck/cli/suite_flags.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/cli/arguments.h"
#include "crosscheck/cli/catalogue_rows.h"
#include "crosscheck/cli/subjects.h"
#include "crosscheck/cli/usage.h"

namespace plumbline::crosscheck {

namespace {

constexpr std::uint64_t most_jobs = 1024, most_cases = 2'000'000;
// Made only when there is something to write.
constexpr const char* default_out = "crosscheck-findings";

// Refuses a glob that matches nothing; a plain word gets the nearest names.
void check_glob(const std::string& place, const std::string& glob, const std::vector<std::string>& names) {
  if (std::any_of(names.begin(), names.end(), [&](const std::string& n) { return matches(glob, n); })) return;
  refuse(place, ": found ", glob, ", expected a name or a glob that matches one", spec::did_you_mean(glob, names));
}

std::vector<std::string> names_of(const std::vector<std::string>& kinds) {
  std::vector<std::string> names;
  for (const std::string& kind : kinds)
    for (const Row& row : rows_of(kind)) names.push_back(row.name);
  return names;
}

// One line on stderr that is written over; nothing where stderr is no terminal.
std::function<void(const Progress&)> progress_line() {
  if (::isatty(STDERR_FILENO) != 1) return {};
  return [](const Progress& p) {
    const bool last = p.done >= p.total;
    if (last)
      fmt::print(stderr, "\r\x1b[K");
    else
      fmt::print(stderr, "\r\x1b[K{} / {} cases, {} findings", p.done, p.total, p.findings);
    std::fflush(stderr);
  };
}

}  // namespace

void SuiteFlags::declare(Flags& flags) {
  flags.option("--suite", suite_, "quick (default), full, or a TOML file");
  flags.option("--op", op_, "only ops that match this glob; graph stands for random graphs");
  flags.option("--law", law_, "only laws that match this glob");
  flags.repeated("--subject", subjects_, "what is checked: a name from `crosscheck list subjects`");
  flags.option("--seed", seed_, "the same seed gives the same cases and verdicts");
  flags.option("--cases", cases_, "how many cases in all");
  flags.option("--time", time_, "stop after 60s, 2m, 1h");
  flags.option("--jobs", jobs_, "threads; default: all cores");
  flags.option("--out", out_, spec::concat("folder for replay files of findings; default: ", default_out));
  flags.option("--json", json_, "write the report as JSON; - is standard output");
  flags.option("--junit", junit_, "write the report as JUnit XML; - is standard output");
  flags.flag("--quiet", quiet_, "no text on standard output");
  flags.flag("--no-color", no_color_, "plain text on a terminal too");
}

std::vector<std::string> SuiteFlags::op_names() {
  auto names = names_of({"ops", "inits", "optims", "schedules"});
  names.emplace_back("graph");
  return names;
}

std::optional<double> SuiteFlags::seconds() const {
  return time_.empty() ? std::nullopt : std::optional(parse_seconds("--time", time_));
}

Suite SuiteFlags::suite(const Interrupt& interrupt) const {
  Suite suite = suite_.empty() || suite_ == "quick" ? quick_suite()
                : suite_ == "full"                  ? full_suite()
                                                    : read_suite(suite_);
  if (!op_.empty()) suite.op = op_;
  if (!law_.empty()) suite.law = law_;
  check_glob("--op", suite.op, op_names());
  check_glob("--law", suite.law, names_of({"laws"}));
  if (!subjects_.empty() || suite.subjects.empty()) suite.subjects = subjects_named(subjects_);
  if (!seed_.empty()) suite.seed = parse_count("--seed", seed_, 0);
  if (!cases_.empty()) suite.total_cases = parse_count("--cases", cases_, 1);
  if (suite.total_cases > most_cases)
    refuse("--cases: found ", suite.total_cases, ", expected at most ", most_cases, " for one seed");
  if (const auto limit = seconds()) suite.seconds = *limit;
  if (!jobs_.empty()) suite.jobs = static_cast<int>(std::min(parse_count("--jobs", jobs_, 1), most_jobs));
  sinks().check();
  if (!out_.empty()) checked(make_folder(out_));
  suite.out = out_.empty() ? default_out : out_;
  suite.cancelled = interrupt.flag();
  suite.progress = progress_line();
  return suite;
}

}  // namespace plumbline::crosscheck
