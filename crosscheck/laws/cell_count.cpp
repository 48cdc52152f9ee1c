// Counting outcomes into cells.
#include "crosscheck/laws/cell_count.h"

#include <algorithm>

#include "crosscheck/audit/hex.h"
#include "crosscheck/judge/coordinates.h"

namespace plumbline::crosscheck {

namespace {
constexpr std::uint64_t most_listed = 3;
}

CellCount::CellCount(std::string op, std::string law, std::string subject, std::string kernel) {
  cell_.op = std::move(op), cell_.law = std::move(law), cell_.subject = std::move(subject),
  cell_.kernel = std::move(kernel);
}

void CellCount::add(const Outcome& outcome, const std::string& where, Report& report) {
  const Judgement& j = outcome.judgement;
  ++cell_.cases, ++cell_.verdicts[outcome.verdict];
  const auto count = [](spec::Index n) { return static_cast<std::uint64_t>(n); };
  cell_.elements += count(j.elements), cell_.zero_tolerance_elements += count(j.zero_tolerance);
  cell_.unjudged_elements += count(j.unjudged), cell_.refined_elements += count(j.refined);
  cell_.stood_down_elements += count(j.stood_down);
  cell_.max_ratio = std::max(cell_.max_ratio, j.max_ratio), cell_.max_ulp = std::max(cell_.max_ulp, j.max_ulp);
  cell_.median_ratio += (j.median_ratio - cell_.median_ratio) / static_cast<double>(cell_.cases);
  if (outcome.verdict == Verdict::pass || outcome.verdict == Verdict::skipped || listed_ >= most_listed) return;
  ++listed_;
  report.findings.push_back(finding_of(cell_, outcome, where));
}

void CellCount::close(Report& report, std::optional<double> seconds) {
  cell_.seconds = seconds ? *seconds : std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  report.cells.push_back(std::move(cell_));
}

Finding finding_of(const Cell& cell, const Outcome& outcome, const std::string& where) {
  Finding f;
  f.op = cell.op, f.law = cell.law, f.subject = cell.subject, f.node = outcome.node;
  f.verdict = outcome.verdict;
  f.message = where + outcome.message;
  f.id = spec::concat(cell.subject, '.', cell.op, '.', cell.law, '.', cell.cases);
  if (const auto& worst = outcome.judgement.worst) {
    f.element = coordinates(worst->shape, worst->element);
    f.exact_lo = worst->exact_lo, f.exact_hi = worst->exact_hi;
    f.bound = hex(worst->bound), f.got = hex(worst->got);
    f.ratio = worst->ratio, f.cause = worst->cause;
  }
  return f;
}

}  // namespace plumbline::crosscheck
