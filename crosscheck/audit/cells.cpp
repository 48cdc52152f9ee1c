// Cells: planned, and reduced to rows of the report.
#include "crosscheck/audit/cells.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/audit/guard.h"
#include "crosscheck/audit/hex.h"
#include "crosscheck/audit/replay.h"
#include "crosscheck/audit/shrink.h"
#include "crosscheck/judge/coordinates.h"
#include "crosscheck/sample/draw.h"

namespace plumbline::crosscheck {

namespace {

constexpr std::uint64_t most_shrunk = 24;  // findings of one run; more say little
constexpr std::uint64_t probes = 2;
// Formats that are not the first subject's have an eighth of its cases, but not fewer than 20.
constexpr std::uint64_t fewer = 8, least_cases = 20;

bool ever_applies(const Law& law, const spec::OpEntry* entry, const spec::Catalogue& catalogue, const Suite& suite) {
  for (std::uint64_t number = 0; number < probes; ++number) {
    const DrawKey key{suite.seed, law.name(), number, 0};
    bool applies = false;
    const auto problem = run_guarded([&] {
      const std::optional<Case> c =
          entry != nullptr ? draw_case(*entry, key, law.wish()) : draw_graph(catalogue, key, law.wish());
      applies = c && law.applies(*c);
    });
    if (problem || applies) return true;  // a problem is met again, and reported, when the case is run
  }
  return false;
}

double median(std::vector<double> x) {
  if (x.empty()) return 0;
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  return *middle;
}

bool is_listed(Verdict v) { return is_finding(v) || v == Verdict::undecided || v == Verdict::mistrusted; }

// Of any name a file name: `mutant:softmax/axis` must not become a folder.
std::string file_name(std::string id) {
  for (char& c : id)
    if (c == '/' || c == ':' || c == ' ') c = '_';
  return id + ".replay";
}

// The finding's replay file; a note says why where it cannot be written.
void write_replay(const Shrunk& found, Subject& subject, const Suite& suite, Finding& finding, Report& report) {
  Replay replay;
  replay.law = found.law->name(), replay.subject = subject.name(), replay.verdict = found.outcome.verdict;
  replay.message = found.outcome.message, replay.note = spec::concat("found by law ", finding.law, " on ", finding.op);
  replay.c = found.c;
  if (found.law->needs_subject()) replay.claims = claims_of(found.c, subject);
  const std::filesystem::path path = std::filesystem::path(suite.out) / file_name(finding.id);
  std::error_code ignored;
  std::filesystem::create_directories(suite.out, ignored);
  const auto written = write_file_atomically(path.string(), print(replay));
  if (written)
    finding.replay = path.string();
  else
    report.notes.push_back(written.error().what());
}

void add_finding(const CellPlan& plan, CaseResult& result, const Suite& suite, const spec::Catalogue& catalogue,
                 const Laws& laws, std::uint64_t& shrunk, Report& report) {
  Shrunk found{std::move(*result.c), result.outcome, plan.law, 0};
  const std::uint64_t number = found.c.number;
  const bool drawn = found.c.graph.size() > 0;
  if (drawn && !result.stuck && is_finding(result.outcome.verdict) && suite.shrink_checks > 0 && shrunk < most_shrunk) {
    ++shrunk;
    found = shrink(found.c, found.outcome, *plan.law, laws, catalogue, *plan.subject, suite.judge,
                   {.checks = suite.shrink_checks});
  }
  Finding finding = finding_of(found.c, *found.law, plan.subject->name(), found.outcome);
  finding.op = plan.op() == "graph" && drawn ? found.c.op_name() : plan.op();
  finding.law = plan.law->name();
  finding.id = spec::concat(plan.op(), '-', plan.law->name(), '-', plan.subject->name(), '-', suite.seed, '-', number);
  if (!suite.out.empty() && drawn) write_replay(found, *plan.subject, suite, finding, report);
  report.findings.push_back(std::move(finding));
}

void count(Cell& cell, const Outcome& outcome, double seconds) {
  const Judgement& j = outcome.judgement;
  ++cell.cases, ++cell.verdicts[outcome.verdict];
  cell.elements += static_cast<std::uint64_t>(j.elements);
  cell.zero_tolerance_elements += static_cast<std::uint64_t>(j.zero_tolerance);
  cell.unjudged_elements += static_cast<std::uint64_t>(j.unjudged);
  cell.refined_elements += static_cast<std::uint64_t>(j.refined);
  cell.stood_down_elements += static_cast<std::uint64_t>(j.stood_down);
  cell.max_ratio = std::max(cell.max_ratio, j.max_ratio), cell.max_ulp = std::max(cell.max_ulp, j.max_ulp);
  cell.seconds += seconds;
}

}  // namespace

std::string claims_of(const Case& c, const Subject& subject) {
  if (c.op_name() == "graph") return {};
  return spec::print_claims(subject.kernel(c.graph, c.output()).claims);
}

std::vector<CellPlan> plan_cells(const Suite& suite, const spec::Catalogue& catalogue, const Laws& laws,
                                 Subject& spec_alone) {
  std::vector<const spec::OpEntry*> entries = catalogue.entries();
  entries.push_back(nullptr);
  std::vector<CellPlan> cells;
  for (const spec::OpEntry* entry : entries) {
    if (!matches(suite.op, entry == nullptr ? std::string_view("graph") : entry->name)) continue;
    for (const auto& law : laws) {
      if (!matches(suite.law, law->name()) || !ever_applies(*law, entry, catalogue, suite)) continue;
      const std::uint64_t cases = entry == nullptr ? suite.graph_cases : suite.cases_per_cell;
      if (!law->needs_subject())
        cells.push_back({entry, law.get(), &spec_alone, cases});
      else
        for (const auto& subject : suite.subjects)
          if (const bool other = subject->format() != suite.subjects.front()->format(); !other)
            cells.push_back({entry, law.get(), subject.get(), cases});
          else if (law->in_every_format())
            cells.push_back({entry, law.get(), subject.get(), std::max(std::min(cases, least_cases), cases / fewer)});
    }
  }
  for (std::size_t i = 0; i < cells.size() && suite.total_cases > 0; ++i)
    cells[i].cases =
        std::max<std::uint64_t>(1, suite.total_cases / cells.size() + (i < suite.total_cases % cells.size() ? 1 : 0));
  return cells;
}

CaseRecord record_of(const CellPlan& cell, CaseResult result) {
  CaseRecord record{std::move(result), {}, false};
  auto& c = record.result.c;
  if (c && cell.entry != nullptr && cell.law->needs_subject() && c->graph.size() > 0) {
    const auto kernel = cell.subject->kernel(c->graph, c->output());
    record.kernel = kernel.name, record.fallback = kernel.fallback;
  }
  if (c && !is_listed(record.result.outcome.verdict)) *c = Case();  // it ran; nothing needs it any more
  return record;
}

void reduce_cell(const CellPlan& plan, std::vector<CaseRecord>& records, const Suite& suite,
                 const spec::Catalogue& catalogue, const Laws& laws, std::uint64_t& shrunk, Report& report) {
  Cell cell;
  cell.op = plan.op(), cell.law = plan.law->name(), cell.subject = plan.subject->name();
  std::set<std::string> kernels;
  std::vector<double> medians;
  std::uint64_t listed = 0, fallbacks = 0, undrawn = 0;
  for (CaseRecord& record : records) {
    if (!record.result.c) {
      ++undrawn, ++cell.cases, ++cell.verdicts[Verdict::skipped];
      continue;
    }
    const Outcome& outcome = record.result.outcome;
    if (record.result.attempts > 1) cell.redrawn += record.result.attempts - 1;
    cell.redrawn_elements += static_cast<std::uint64_t>(record.result.redrawn_elements);
    count(cell, outcome, record.result.seconds);
    if (!record.kernel.empty()) kernels.insert(record.kernel);
    fallbacks += record.fallback;
    if (outcome.judgement.max_ratio > 0) medians.push_back(outcome.judgement.median_ratio);
    if (is_listed(outcome.verdict) && listed++ < suite.most_findings)
      add_finding(plan, record.result, suite, catalogue, laws, shrunk, report);
  }
  if (cell.cases == 0) return;
  cell.median_ratio = median(std::move(medians));
  cell.fallback = fallbacks > 0 && fallbacks == cell.cases - undrawn;
  if (undrawn > 0)
    report.notes.push_back(spec::concat(cell.op, ' ', cell.law, ' ', cell.subject, ": ", undrawn,
                                        " cases skipped: nothing was drawn to which the law applies"));
  for (const std::string& name : kernels) cell.kernel += (cell.kernel.empty() ? "" : ", ") + name;
  if (listed > suite.most_findings)
    report.notes.push_back(spec::concat(cell.op, ' ', cell.law, ' ', cell.subject, ": ", listed - suite.most_findings,
                                        " more like the first"));
  report.cells.push_back(std::move(cell));
}

Finding finding_of(const Case& c, const Law& law, std::string_view subject, const Outcome& outcome) {
  Finding f;
  f.op = c.graph.size() > 0 ? c.op_name() : "";
  f.law = law.name(), f.subject = subject, f.node = outcome.node, f.message = outcome.message,
  f.verdict = outcome.verdict;
  if (!outcome.judgement.worst) return f;
  const ElementReport& worst = *outcome.judgement.worst;
  f.element = coordinates(worst.shape, worst.element);
  f.exact_lo = worst.exact_lo, f.exact_hi = worst.exact_hi, f.bound = hex(worst.bound), f.got = hex(worst.got);
  f.ratio = worst.ratio, f.cause = worst.cause;
  return f;
}

}  // namespace plumbline::crosscheck
