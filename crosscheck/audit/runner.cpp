// Suites, single cases, and the report in case order.
#include "crosscheck/audit/runner.h"

#include <algorithm>
#include <chrono>

#include "crosscheck/audit/campaign.h"
#include "crosscheck/audit/guard.h"
#include "crosscheck/sample/draw.h"

namespace plumbline::crosscheck {

using Clock = std::chrono::steady_clock;

namespace {

constexpr spec::Index most_binary64 = 240;  // elements: the filter, in double itself, leaves most of them to balls
constexpr double share_of_16_bits = 1.0 / 3;  // of the elements of a case: the kernels are those of binary32

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

Outcome crashed(const std::string& what) {
  Outcome o;
  o.verdict = o.judgement.verdict = Verdict::crash, o.message = what;
  return o;
}

}  // namespace

bool is_finding(Verdict v) {
  return v == Verdict::fail || v == Verdict::suspect || v == Verdict::crash || v == Verdict::nondeterministic;
}

bool matches(std::string_view glob, std::string_view name) {
  if (glob.empty()) return name.empty();
  if (glob.front() == '*') {
    for (std::size_t skip = 0; skip <= name.size(); ++skip)
      if (matches(glob.substr(1), name.substr(skip))) return true;
    return false;
  }
  return !name.empty() && (glob.front() == '?' || glob.front() == name.front()) &&
         matches(glob.substr(1), name.substr(1));
}

Suite quick_suite() {
  Suite suite;
  suite.cases_per_cell = 40, suite.graph_cases = 100;
  return suite;
}

Suite full_suite() {
  Suite suite;
  suite.cases_per_cell = 400, suite.graph_cases = 1000, suite.size = 1.25;
  return suite;
}

Outcome check_guarded(const Law& law, const Case& c, Subject& subject, const JudgeOptions& options) {
  Outcome outcome;
  const auto problem = run_guarded([&] { outcome = law.check(c, subject, options); });
  return problem ? crashed(*problem) : outcome;
}

std::optional<Case> case_of_attempt(const Law& law, const spec::OpEntry* entry, const spec::Catalogue& catalogue,
                                    const spec::Format& format, const Suite& suite, std::uint64_t number,
                                    std::uint64_t attempt) {
  Wish wish = law.wish();
  const double share = format.bits == 16 ? share_of_16_bits : 1;
  wish.most_elements = static_cast<spec::Index>(static_cast<double>(wish.most_elements) * suite.size * share);
  wish.format = format;
  if (format == spec::binary64) wish.most_elements = std::min(wish.most_elements, most_binary64), wish.large_every = 0;
  // Formats with few cases begin with another pattern for each op and seed.
  const bool few = entry != nullptr && !suite.subjects.empty() && format != suite.subjects.front()->format();
  const std::uint64_t first = few ? mix(suite.seed, entry->name) % pattern_count : 0;
  const DrawKey key{suite.seed, law.name(), number + first, attempt};
  std::optional<Case> c = entry != nullptr ? draw_case(*entry, key, wish) : draw_graph(catalogue, key, wish);
  return c && law.applies(*c) ? c : std::nullopt;
}

CaseResult run_case(const Law& law, const spec::OpEntry* entry, const spec::Catalogue& catalogue, Subject& subject,
                    const Suite& suite, std::uint64_t number, std::atomic<std::uint64_t>* under_way) {
  const auto begin = Clock::now();
  const auto tell = [&](std::uint64_t attempt) {
    if (under_way != nullptr) under_way->store(attempt);
  };
  CaseResult result;
  for (std::uint64_t attempt = 0; attempt < most_attempts; ++attempt) {
    std::optional<Case> c;
    tell(0);
    const auto draw = [&] { c = case_of_attempt(law, entry, catalogue, subject.format(), suite, number, attempt); };
    if (const auto problem = run_guarded(draw)) {
      result.outcome = crashed("while the case was drawn: " + *problem);
      result.c.emplace();
      break;
    }
    if (!c) {
      attempt += attempts_per_shape - 1 - attempt % attempts_per_shape;  // other data would not help
      continue;
    }
    tell(attempt + 1);
    ++result.attempts;
    Outcome outcome = check_guarded(law, *c, subject, suite.judge);
    // Random graphs also compare equal irrational numbers, which no precision decides: another graph is drawn.
    const bool idle =
        outcome.verdict == Verdict::mistrusted || (entry == nullptr && outcome.verdict == Verdict::undecided);
    if (idle && attempt + 1 < most_attempts) result.redrawn_elements += outcome.judgement.elements;
    if (idle && result.c) continue;
    result.outcome = std::move(outcome), result.c = std::move(c);
    if (!idle) break;
  }
  result.seconds = seconds_since(begin);
  return result;
}

namespace {

// Only a whole suite must reach everything: all laws, at full length, to the end.
bool reaches_everything(const Suite& suite, const Campaign& campaign) {
  return suite.law == "*" && suite.total_cases == 0 && suite.cases_per_cell >= quick_suite().cases_per_cell &&
         campaign.left_out() == 0 && !suite.stop_at_first;
}

// A declared value that no case has is a failure of the suite: nobody would notice a kernel that ignores it.
void demand_coverage(Report& report) {
  for (const auto& [name, op] : report.coverage)
    for (const std::string& value : op.missed) {
      Finding finding;
      finding.id = spec::concat(name, "-coverage-", value), finding.op = name, finding.law = "coverage";
      finding.subject = "suite", finding.verdict = Verdict::fail;
      finding.message = spec::concat("[", name, "] no case of the suite reaches ", value);
      report.findings.push_back(std::move(finding));
    }
}

}  // namespace

Report run_suite(const Suite& suite) {
  const auto begin = Clock::now();
  const auto campaign = std::make_shared<Campaign>(
      suite, suite.catalogue ? suite.catalogue : std::make_shared<const spec::Catalogue>(spec::Catalogue::builtin()));
  Campaign::run(campaign);
  Report report;
  report.seed = suite.seed;
  report.interrupted = campaign->interrupted();
  if (const auto n = campaign->left_out(); n > 0 && !suite.stop_at_first)
    report.notes.push_back(spec::concat(n, " cases were left out: ",
                                        campaign->interrupted() ? "interrupted"
                                        : campaign->gave_up()   ? "a case never came back"
                                                                : "the time was over"));
  auto records = campaign->by_cell();
  std::uint64_t shrunk = 0;
  for (std::size_t i = 0; i < records.size(); ++i)
    reduce_cell(campaign->cells()[i], records[i], suite, campaign->catalogue(), campaign->laws(), shrunk, report);
  std::sort(report.cells.begin(), report.cells.end(), [](const Cell& a, const Cell& b) {
    return std::tie(a.op, a.law, a.subject) < std::tie(b.op, b.law, b.subject);
  });
  report.coverage = campaign->coverage();
  if (reaches_everything(suite, *campaign)) demand_coverage(report);
  report.seconds = seconds_since(begin);
  return report;
}

}  // namespace plumbline::crosscheck
