// Runs a suite: ops × laws × subjects × cases, in parallel, with a report that does not depend on how many at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crosscheck/laws/law.h"
#include "crosscheck/report/report.h"

namespace plumbline::crosscheck {

struct Progress {
  std::uint64_t done = 0, total = 0, findings = 0;
};

// What is run. Random graphs are the op `graph`. Laws about the spec alone run once, on the subject `spec`.
struct Suite {
  std::shared_ptr<const spec::Catalogue> catalogue;  // null: the built-in one
  std::vector<std::shared_ptr<Subject>> subjects;    // safe to call from several threads at once
  std::string op = "*", law = "*";                   // globs: `*` and `?`
  std::uint64_t seed = 1;
  std::uint64_t cases_per_cell = 20;
  std::uint64_t graph_cases = 40;
  std::uint64_t total_cases = 0;  // > 0: spread over all cells instead, at least one each
  double size = 1;                // factor on the number of elements that each law wishes for
  double seconds = 0;             // 0: no limit
  double case_seconds = 60;       // a case that takes longer hangs: a crash, which ends the run
  int jobs = 0;                   // 0: all cores
  JudgeOptions judge;
  std::string out;                                // folder for replay files; empty: none are written
  std::uint64_t most_findings = 3;                // that are listed, shrunk and written for each cell; all are counted
  int shrink_checks = 300;                        // how often a finding is checked again while it is shrunk; 0: never
  bool stop_at_first = false;                     // end the run at the first finding
  const std::atomic<bool>* cancelled = nullptr;   // set by Ctrl-C: the run ends in order
  std::function<void(const Progress&)> progress;  // from any thread, one call at a time
};

// At least 2,000 cases of everything, every op at least 20 for each law.
Suite quick_suite();
// More than seven times as many, on larger shapes: over a million.
Suite full_suite();

Report run_suite(const Suite& suite);

// One case of one law, drawn again with harder data while it proves nothing.
struct CaseResult {
  Outcome outcome;
  std::optional<Case> c;  // nullopt where the law never applied
  std::uint64_t attempts = 0;
  spec::Index redrawn_elements = 0;  // judged in attempts before the last
  double seconds = 0;
  bool stuck = false;  // it never came back
};
// `attempt`, if given, tells others which draw is under way: 0 while a case is being drawn, else one more than its
// number.
CaseResult run_case(const Law& law, const spec::OpEntry* entry, const spec::Catalogue& catalogue, Subject& subject,
                    const Suite& suite, std::uint64_t number, std::atomic<std::uint64_t>* attempt = nullptr);
// The case of an attempt, with data in the format; nullopt where there is none or the law does not apply.
std::optional<Case> case_of_attempt(const Law& law, const spec::OpEntry* entry, const spec::Catalogue& catalogue,
                                    const spec::Format& format, const Suite& suite, std::uint64_t number,
                                    std::uint64_t attempt);

// A crash or an exception within the check is an outcome.
Outcome check_guarded(const Law& law, const Case& c, Subject& subject, const JudgeOptions& options);

bool is_finding(Verdict v);  // fail, suspect, crash, nondeterministic
bool matches(std::string_view glob, std::string_view name);

// The report's entry for an outcome; `replay` is filled in by whoever writes the file.
Finding finding_of(const Case& c, const Law& law, std::string_view subject, const Outcome& outcome);

}  // namespace plumbline::crosscheck
