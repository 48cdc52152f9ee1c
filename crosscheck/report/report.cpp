// Counting what a run found.
#include "crosscheck/report/report.h"

#include <algorithm>

namespace plumbline::crosscheck {

std::uint64_t Report::total(Verdict v) const {
  std::uint64_t n = 0;
  for (const Cell& cell : cells)
    if (const auto at = cell.verdicts.find(v); at != cell.verdicts.end()) n += at->second;
  return n;
}

std::uint64_t Report::cases() const {
  std::uint64_t n = 0;
  for (const Cell& cell : cells) n += cell.cases;
  return n;
}

std::uint64_t Report::elements() const {
  std::uint64_t n = 0;
  for (const Cell& cell : cells) n += cell.elements;
  return n;
}

std::uint64_t Report::redrawn() const {
  std::uint64_t n = 0;
  for (const Cell& cell : cells) n += cell.redrawn;
  return n;
}

int Report::exit_code() const {
  const auto any = [&](std::initializer_list<Verdict> of) {
    return std::any_of(of.begin(), of.end(), [&](Verdict v) {
      return total(v) > 0 ||
             std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.verdict == v; });
    });
  };
  if (interrupted) return 130;
  if (any({Verdict::fail, Verdict::suspect, Verdict::nondeterministic, Verdict::crash})) return 1;
  return any({Verdict::undecided, Verdict::mistrusted}) ? 3 : 0;
}

void check_budget(Report& report, const JudgeOptions& options) {
  std::uint64_t judged = report.elements();
  for (const Cell& cell : report.cells) judged += cell.redrawn_elements;
  if (options.tier != Tier::statistics || static_cast<double>(judged) <= options.run_elements) return;
  report.notes.push_back(spec::concat(
      judged, " elements were judged, but the probability of a false alarm is spread over ", options.run_elements,
      " only"));
}

namespace {

void merge(Cell& cell, const Cell& more) {
  // Medians do not add up: that of the larger part stands for both.
  if (more.elements > cell.elements) cell.median_ratio = more.median_ratio;
  cell.cases += more.cases, cell.elements += more.elements, cell.seconds += more.seconds;
  cell.zero_tolerance_elements += more.zero_tolerance_elements, cell.unjudged_elements += more.unjudged_elements;
  cell.refined_elements += more.refined_elements, cell.stood_down_elements += more.stood_down_elements;
  cell.redrawn += more.redrawn, cell.redrawn_elements += more.redrawn_elements;
  for (const auto& [v, n] : more.verdicts) cell.verdicts[v] += n;
  cell.max_ratio = std::max(cell.max_ratio, more.max_ratio), cell.max_ulp = std::max(cell.max_ulp, more.max_ulp);
}

}  // namespace

void merge(Report& report, Report more) {
  for (Cell& cell : more.cells) {
    const auto at = std::find_if(report.cells.begin(), report.cells.end(), [&](const Cell& c) {
      return c.op == cell.op && c.law == cell.law && c.subject == cell.subject;
    });
    if (at == report.cells.end())
      report.cells.push_back(std::move(cell));
    else
      merge(*at, cell);
  }
  for (Finding& f : more.findings) report.findings.push_back(std::move(f));
  for (std::string& note : more.notes)
    if (std::find(report.notes.begin(), report.notes.end(), note) == report.notes.end())
      report.notes.push_back(std::move(note));
  merge(report.coverage, more.coverage);
  report.seconds += more.seconds;
  report.interrupted |= more.interrupted;
}

}  // namespace plumbline::crosscheck
